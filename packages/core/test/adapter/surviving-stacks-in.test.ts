import { describe, expect, it } from 'vitest';
import { survivingStacksIn } from '../../src/adapter/surviving-stacks-in.ts';

const frame = { name: 'leaks', url: 'file:///app/a.js', line: 3, column: 0 };
const stack = { frames: [frame, { ...frame, line: -1, column: -1 }], bytes: 5000, samples: 3 };
const told = { handler: frame, bytes: 6000, stacks: [stack] };

describe('survivingStacksIn', () => {
  it('gives a copy of what is known', () => {
    const received = { ...told, more: 1, stacks: [{ ...stack, frames: [{ ...frame, scriptId: 4 }] }] };
    expect(survivingStacksIn(received)).toEqual({ ...told, stacks: [{ ...stack, frames: [frame] }] });
  });

  it('takes a handler that is none for unknown', () => {
    expect(survivingStacksIn({ ...told, handler: { ...frame, line: 'x' } })!.handler).toBeNull();
  });

  const strange = [undefined, null, 'x', {}, Number.NaN, -2, 2 ** 53, () => 1];
  it.each([
    ['anything else', [...strange, []]],
    ['bytes that are no amount', strange.map((bytes) => ({ ...told, bytes }))],
    ['stacks that are no list', strange.map((stacks) => ({ ...told, stacks }))],
    ['more stacks than there can be', [{ ...told, stacks: Array(6).fill(stack) }]],
    ['stacks that are none', strange.map((one) => ({ ...told, stacks: [one] }))],
    [
      'frames that are none, none at all, or too many',
      [...strange.map((one) => [one]), [], Array(33).fill(frame)].map((frames) => ({
        ...told,
        stacks: [{ ...stack, frames }],
      })),
    ],
    [
      'long text and places that are none',
      [
        { name: 'x'.repeat(1001) },
        { url: 'x'.repeat(1001) },
        { line: 1.5 },
        { column: -2 },
        { line: 2 ** 40 },
      ].map((change) => ({ ...told, stacks: [{ ...stack, frames: [{ ...frame, ...change }] }] })),
    ],
  ])('passes over %s', (_, all) => {
    for (const received of all) expect(survivingStacksIn(received)).toBeNull();
  });
});
