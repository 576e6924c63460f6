import { describe, expect, it } from 'vitest';
import { IsolateLevels } from '../../src/measure/isolate-levels.ts';

/** Floors of one isolate after each 25 jobs; gives the ages between which steps are told. */
function steps(disturbed: readonly number[], floors = 8): [number, number][] {
  const levels = new IsolateLevels();
  const told = Array.from({ length: floors }, (_, k) => {
    const bytes = { oldSpaceBytes: 0, externalBytes: 0, arrayBuffersBytes: 0, forced: true, pauseMs: 1 };
    const reading = { timeMs: k, heapBytes: 1e6 + 1000 * k, ...bytes };
    const row = { reading, counts: [['a', 25 * (k + 1)]] as const, disturbed: disturbed.includes(k) };
    return levels.advance(row, () => 2);
  });
  return [...told, levels.end()].flatMap((step) => (step === null ? [] : [[step.age.from, step.age.to]]));
}

describe('IsolateLevels', () => {
  it('tells every step but the first', () => {
    expect(steps([], 5)).toEqual([
      [50, 75],
      [75, 100],
      [100, 125],
    ]);
  });

  it('tells no step to a floor that measuring has moved, and counts on from it', () => {
    expect(steps([4])).toEqual([
      [50, 75],
      [75, 100],
      [125, 150],
      [150, 175],
      [175, 200],
    ]);
    expect(steps([1, 2], 5)).toEqual([[100, 125]]);
  });
});
