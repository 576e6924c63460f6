import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BucketClock, MAX_BUCKETS, Trend } from '../../src/merge/trend.ts';

function trendOf(changes: readonly { time: number; bytes: number }[]): number[] | null {
  const clock = new BucketClock();
  const trend = new Trend(clock);
  for (const { time, bytes } of changes) {
    clock.include(time);
    trend.change(time, bytes);
  }
  return trend.levels();
}

test('nothing measured is no trend', () => {
  expect(trendOf([])).toBeNull();
  expect(trendOf([{ time: 5, bytes: 0 }])).toBeNull();
});

test('a gap carries the level on', () => {
  const seconds = [0, 1, 4].map((second) => ({ time: second * 1000, bytes: 10 }));
  expect(trendOf(seconds)).toEqual([10, 20, 20, 20, 30]);
});

test('however long the log, the buckets are bounded, and their order of arrival changes nothing', () => {
  const change = fc.record({
    time: fc.integer({ min: 0, max: 1e13 }),
    bytes: fc.integer({ min: 1, max: 1e9 }),
  });
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 200 }), (changes) => {
      const levels = trendOf(changes)!;
      expect(levels.length).toBeLessThanOrEqual(MAX_BUCKETS);
      expect(levels.at(-1)).toBe(changes.reduce((sum, { bytes }) => sum + bytes, 0));
      expect(trendOf(changes.toReversed())).toEqual(levels);
    }),
  );
});
