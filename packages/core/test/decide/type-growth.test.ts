import { describe, expect, it } from 'vitest';
import { type TallyCost, tallyRefusal, typeLimits } from '../../src/decide/type-budget.ts';
import { typeGrowth } from '../../src/decide/type-growth.ts';

const LIMITS = typeLimits({ maxPause: 300, maxHeapForReads: 512 * 2 ** 20 });

const MB = 2 ** 20;

describe('growth by type', () => {
  it('has no deltas at the first count, and the most frequent types first', () => {
    expect(
      typeGrowth(
        new Map([
          ['A', 1],
          ['B', 5],
        ]),
        null,
      ),
    ).toEqual([
      { type: 'B', count: 5, delta: null },
      { type: 'A', count: 1, delta: null },
    ]);
  });

  it('puts first what gained most, then what is most frequent; what is gone comes last', () => {
    const before = new Map([
      ['A', 10],
      ['Same', 7],
      ['Gone', 3],
    ]);
    const now = new Map([
      ['A', 12],
      ['Same', 7],
      ['New', 1],
      ['Rare', 1],
    ]);
    expect(typeGrowth(now, before)).toEqual([
      { type: 'A', count: 12, delta: 2 },
      { type: 'New', count: 1, delta: 1 },
      { type: 'Rare', count: 1, delta: 1 },
      { type: 'Same', count: 7, delta: 0 },
      { type: 'Gone', count: 0, delta: -3 },
    ]);
  });
});

describe('a tally that would cost too much is refused', () => {
  const refusal = (megabytes: number, of: TallyCost | null, availableBytes: number | null = null) =>
    tallyRefusal({ heapBytes: megabytes * MB, availableBytes, last: of }, LIMITS);
  const last = { heapBytes: 100 * MB, objects: 1_000_000, pauseMs: 850 };

  it('at first as if the heap were full of small objects', () => {
    expect(refusal(100, null)).toBeNull();
    expect(refusal(140, null)).toMatch(/about 2150 ms, as expected of 140 MB from a heap full/);
  });

  it('then from what the call before took', () => {
    expect(refusal(200, last)).toBeNull();
    expect(refusal(300, last)).toMatch(
      /about 2450 ms, as expected of 300 MB from the call before; maxPause is 2000 ms/,
    );
  });

  it('above the largest heap that may be read, whatever it would take', () => {
    expect(refusal(600, { ...last, pauseMs: 0 })).toBe(
      'the heap holds 600 MB, more than maxHeapForReads (512 MB)',
    );
  });

  it('where there are too many objects', () => {
    expect(refusal(200, { ...last, objects: 3e6 })).toMatch(/about 6000000 objects, as expected/);
  });

  it('where it would take more than half of the memory that is left', () => {
    expect(refusal(100, last, 300 * MB)).toBeNull();
    expect(refusal(100, last, 200 * MB)).toBe(
      'it would take 105 MB of memory, as expected of 100 MB from the call before, and no more than half of the 200 MB that are left may be used',
    );
    expect(refusal(100, last, null)).toBeNull();
  });

  it('by maxPause only where that allows more', () => {
    const limits = typeLimits({ maxPause: 5000, maxHeapForReads: MB });
    expect(limits).toMatchObject({ maxPauseMs: 5000, maxHeapBytes: MB });
    expect(LIMITS.maxPauseMs).toBe(2000);
  });
});
