import { describe, expect, test } from 'vitest';
import type { RivalReading } from '../../../bench/sites/host/serve.mjs';
import { ProfileDiff } from '../../../bench/sites/profile-diff.mjs';
import { SignTest } from '../../../bench/sites/sign-test.mjs';

const FUNCTIONS = [
  { name: 'keep', scriptId: 7, url: 'file:///app/journal.mjs', line: 9, column: 3 },
  { name: 'show', scriptId: 8, url: 'file:///app/orders.mjs', line: 4, column: 2 },
  { name: 'list', scriptId: 8, url: 'file:///app/orders.mjs', line: 40, column: 2 },
  { name: 'push', scriptId: 1, url: 'node:internal/x', line: 1, column: 1 },
  { name: 'report', scriptId: 9, url: 'file:///x/packages/core/dist/guard.js', line: 1, column: 1 },
];
/** Innermost first: kept below the handler of the leak, kept by another one, by leakguard. */
const STACKS = [[3, 0, 1], [2], [4]];
const HANDLERS = [
  { scope: 'GET /leak', scriptId: 8, line: 4, column: 2 },
  { scope: 'GET /other', scriptId: 8, line: 40, column: 2 },
];
const KEEP = { name: 'keep', file: '/app/journal.mjs' };

function reading(units: number, samples: [ordinal: number, stack: number][]): RivalReading {
  return {
    units,
    unitsOf: {},
    handlers: HANDLERS,
    functions: FUNCTIONS,
    stacks: STACKS,
    samples: samples.map(([ordinal, stack]) => ({ ordinal, stack, bytes: 16_384 })),
    pauseMs: 1,
    floor: {
      timeMs: 0,
      heapBytes: 0,
      oldSpaceBytes: 0,
      externalBytes: 0,
      arrayBuffersBytes: 0,
      forced: true,
      pauseMs: 1,
    },
  };
}

/** Every 2,000 units three samples of the leak more, and a store in which three of another route are replaced. */
function leaking(read: number): [number, number][] {
  const leak = Array.from({ length: 3 * read }, (_, n): [number, number] => [10_000 + n, 0]);
  const store = Array.from({ length: 3 }, (_, n): [number, number] => [3 * read + n, 1]);
  return [...store, ...leak];
}

describe('the sign test', () => {
  test('names route and function once enough came of age and nothing died', () => {
    const rule = new SignTest();
    const said = Array.from({ length: 10 }, (_, read) => rule.push(reading(2000 * read, leaking(read))));
    expect(said.slice(0, 5).every(({ route, fn }) => route === null && fn === null)).toBe(true);
    expect(said.at(-1)).toEqual({ route: 'GET /leak', fn: KEEP });
  });

  test('leaves out reads that come sooner, and names nobody where as many die as come of age', () => {
    const rule = new SignTest();
    const steady = (read: number) =>
      Array.from({ length: 30 }, (_, n): [number, number] => [5 * read + n, 1]);
    for (let read = 0; read < 12; read++) {
      expect(rule.push(reading(2000 * read, steady(read)))).toEqual({ route: null, fn: null });
      rule.push(reading(2000 * read + 100, leaking(40)));
    }
  });
});

describe('the plain diff', () => {
  test('blames whatever grew most since the first profile after warm-up, each time', () => {
    const rule = new ProfileDiff();
    expect(rule.push(reading(1000, leaking(1)))).toEqual({ route: null, fn: null });
    expect(rule.push(reading(3000, leaking(1)))).toEqual({ route: null, fn: null });
    expect(rule.push(reading(4000, leaking(2)))).toEqual({ route: 'GET /leak', fn: KEEP });
    const grown = Array.from({ length: 9 }, (_, n): [number, number] => [n, 1]);
    expect(rule.push(reading(5000, grown))).toMatchObject({ route: 'GET /other', fn: { name: 'list' } });
  });

  test("does not see leakguard's own memory, which would not be there without it", () => {
    const rule = new ProfileDiff();
    rule.push(reading(3000, []));
    const own = Array.from({ length: 9 }, (_, n): [number, number] => [n, 2]);
    expect(rule.push(reading(4000, own))).toEqual({ route: null, fn: null });
  });

  test('a handler that two routes share names neither', () => {
    const rule = new ProfileDiff();
    const [handler] = HANDLERS;
    const shared = [...HANDLERS, { ...handler!, scope: 'GET /same' }];
    rule.push({ ...reading(3000, []), handlers: shared });
    const grown = { ...reading(4000, [[1, 0]]), handlers: shared };
    expect(rule.push(grown)).toEqual({ route: null, fn: KEEP });
  });
});
