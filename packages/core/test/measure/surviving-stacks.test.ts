import { describe, expect, it } from 'vitest';
import type { AllocationReading, ProfiledFunction } from '../../src/internal-types.ts';
import { survivingStacks } from '../../src/measure/surviving-stacks.ts';

const fn = (name: string, line: number, url = 'file:///app/a.js', scriptId = 7): ProfiledFunction => ({
  ...{ name, scriptId, url, line, column: 2 },
});
const HANDLER = fn('handler', 1);
const LOCATED = { ...HANDLER, url: '' };

/** One sample of 100 bytes per ordinal, by the stack that it was allocated on. */
function reading(stacks: ProfiledFunction[][], stackOf: (ordinal: number) => number, last = 100) {
  const functions = [...new Set(stacks.flat())];
  return {
    functions,
    stacks: stacks.map((stack) => stack.map((one) => functions.indexOf(one))),
    samples: Array.from({ length: last }, (_, k) => ({ ordinal: k + 1, bytes: 100, stack: stackOf(k + 1) })),
  } as unknown as AllocationReading;
}

describe('survivingStacks', () => {
  it('takes neither what was allocated early nor what is young', () => {
    const [early, late, leak] = [fn('fillsCache', 2), fn('inFlight', 3), fn('leaks', 4)];
    const stacks = [[early], [late], [leak]];
    const told = survivingStacks(
      reading(stacks, (ordinal) => (ordinal <= 25 ? 0 : ordinal > 75 ? 1 : 2)),
      null,
    )!;
    expect(told.bytes).toBe(5000);
    expect(told.stacks.map(({ frames, ...sums }) => [frames[0]!.name, sums])).toEqual([
      ['leaks', { bytes: 5000, samples: 50 }],
    ]);
    expect(told.handler).toBeNull();
  });

  it('adds up the stacks of one allocating function, and tells the five largest with all the bytes there are', () => {
    const many = Array.from({ length: 8 }, (_, k) => fn(`f${k}`, 10 + k));
    const native = fn('push', -1, '', 0);
    const stacks = [...many.map((one) => [one]), [native, many[6]!, HANDLER], [many[6]!, many[1]!]];
    const told = survivingStacks(
      reading(stacks, (ordinal) => ordinal % 10),
      LOCATED,
    )!;
    expect(told.stacks).toHaveLength(5);
    expect(told.stacks[0]).toMatchObject({ bytes: 1500, samples: 15 });
    expect(told.bytes).toBe(5000);
    expect(told.handler).toEqual({ name: 'handler', url: 'file:///app/a.js', line: 1, column: 2 });
  });

  it('ends a stack at the handler, and keeps both ends of a deep one', () => {
    const deep = Array.from({ length: 60 }, (_, k) => fn(`deep${k}`, 100 + k));
    const bullmq = fn('run', 5, 'file:///app/node_modules/bullmq/run.js', 8);
    const frames = survivingStacks(
      reading([[...deep, HANDLER, bullmq]], () => 0),
      LOCATED,
    )!.stacks[0]!.frames;
    expect(frames).toHaveLength(32);
    expect([frames[0]!.name, frames[31]!.name]).toEqual(['deep0', 'handler']);
    expect(frames[0]).not.toHaveProperty('scriptId');
  });

  it('gives null where nothing stays', () => {
    const nothing = reading([], () => 0, 0);
    expect(survivingStacks(nothing, null)).toBeNull();
  });
});
