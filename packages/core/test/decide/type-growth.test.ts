import { describe, expect, it } from 'vitest';
import { TYPE_LIMITS, tallyRefusal } from '../../src/decide/type-budget.ts';
import { typeGrowth } from '../../src/decide/type-growth.ts';

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
  const last = { heapBytes: 100 * MB, objects: 1_000_000, pauseMs: 850 };

  it('at first as if the heap were full of small objects', () => {
    expect(tallyRefusal(100 * MB, null, TYPE_LIMITS)).toBeNull();
    expect(tallyRefusal(140 * MB, null, TYPE_LIMITS)).toMatch(
      /about 2150 ms, as expected of 140 MB from a heap full/,
    );
  });

  it('then from what the call before took', () => {
    expect(tallyRefusal(200 * MB, last, TYPE_LIMITS)).toBeNull();
    expect(tallyRefusal(300 * MB, last, TYPE_LIMITS)).toMatch(
      /about 2450 ms, as expected of 300 MB from the call before; maxPause is 2000 ms/,
    );
  });

  it('above the largest heap that may be read, whatever it would take', () => {
    expect(tallyRefusal(600 * MB, { ...last, pauseMs: 0 }, TYPE_LIMITS)).toBe(
      'the heap holds 600 MB, more than maxHeapForReads (512 MB)',
    );
  });

  it('where there are too many objects, with the memory that it would take', () => {
    expect(tallyRefusal(200 * MB, { ...last, objects: 3e6 }, TYPE_LIMITS)).toMatch(
      /about 6000000 objects and take 629 MB/,
    );
  });
});
