import { describe, expect, it } from 'vitest';
import { GrowthTracker } from '../../src/decide/growth-tracker.ts';
import { growthThresholds } from '../../src/decide/thresholds.ts';
import { type GeneratedRow, generatedRows } from '../attribute/generated-rows.ts';

const PROVE = growthThresholds({
  minBytesPerUnit: 128,
  minTotalBytes: 2 ** 20,
  heapLimitBytes: 2 ** 31,
  prove: true,
});
const AUTO = growthThresholds({
  minBytesPerUnit: 128,
  minTotalBytes: 2 ** 20,
  heapLimitBytes: 2 ** 31,
  prove: false,
});

/** Verdict after every row, without repeats, and the tracker. */
function verdicts(rows: readonly GeneratedRow[], thresholds = PROVE) {
  const tracker = new GrowthTracker(thresholds);
  const seen: string[] = [];
  for (const [k, row] of rows.entries()) {
    tracker.push(row, k * 1000);
    if (seen.at(-1) !== tracker.verdict) seen.push(tracker.verdict);
  }
  return { seen, tracker };
}

const SEEDS = Array.from({ length: 25 }, (_, i) => i + 1);

describe('GrowthTracker', () => {
  it('goes from warming-up to stable when nothing grows', () => {
    expect(verdicts(generatedRows({ seed: 1, rows: 80, bytes: () => 0 })).seen).toEqual([
      'warming-up',
      'stable',
    ]);
  });

  it('calls a leak growing first and leaking only after a second, disjoint period', () => {
    const { seen, tracker } = verdicts(generatedRows({ seed: 2, rows: 120, bytes: (n) => 4096 * n[0]! }));
    expect(seen.slice(-2)).toEqual(['growing', 'leaking']);
    expect(tracker.growth).toMatchObject({ source: 0, verdict: 'leaking' });
    expect(tracker.growth!.totalBytes).toBeGreaterThan(5e7);
  });

  it.each([
    [3, 'stable'],
    [12, 'growing'],
  ])('with %i large units of a route that is idle otherwise it says %s', (units, verdict) => {
    const rows = generatedRows({ seed: 4, rows: 100, bytes: () => 0 });
    const due = new Set(Array.from({ length: units }, (_, n) => 20 + n * Math.floor(78 / units)));
    let done = 0;
    const told = rows.map((row, k) => {
      if (due.has(k)) done += 1;
      return { ...row, sources: row.sources.with(7, done), value: row.value + 1_400_000 * done };
    });
    expect(verdicts(told).seen.at(-1)).toBe(verdict);
  });

  it('does not call even a huge leak leaking before the second period is over', () => {
    const tracker = new GrowthTracker(PROVE);
    const rows = generatedRows({ seed: 12, rows: 60, bytes: (n) => 2e6 * n[0]! });
    let growingAt = -1;
    let leakingAt = -1;
    for (const [k, row] of rows.entries()) {
      tracker.push(row, k * 1000);
      if (growingAt < 0 && tracker.verdict === 'growing') growingAt = k;
      if (leakingAt < 0 && tracker.verdict === 'leaking') leakingAt = k;
    }
    expect(tracker.growth!.totalBytes).toBeGreaterThan(PROVE.hugeTotalBytes);
    expect(leakingAt - growingAt).toBeGreaterThanOrEqual(10);
    const units = (k: number): number => rows[k]!.sources[0]!;
    expect(units(leakingAt) - units(growingAt)).toBeGreaterThanOrEqual(units(growingAt) - units(0));
  });

  it('never calls a store leaking that fills in a straight line up to 4,000 entries, and clears it when it is full', () => {
    for (const seed of SEEDS) {
      const rows = generatedRows({ seed, rows: 160, bytes: (n) => 5000 * Math.min(n[0]!, 4000) });
      const { seen } = verdicts(rows);
      expect(seen).toContain('growing');
      expect(seen).not.toContain('leaking');
      expect(seen.at(-1)).toBe('stable');
    }
  });

  it('never calls anything leaking over 25 seeds of noise and warm-up', () => {
    for (const seed of SEEDS) {
      const warmUp = (n: Float64Array): number => 8e5 * Math.log1p(n.reduce((a, b) => a + b, 0) / 500);
      expect(
        verdicts(generatedRows({ seed, rows: 120, walkBytes: 50_000, bytes: warmUp })).seen,
      ).not.toContain('leaking');
    }
  });

  it('finds a leak that begins with a jump of many megabytes, after an earlier growth was cleared', () => {
    const rows = generatedRows({
      seed: 3,
      rows: 300,
      bytes: (n, k) => 5000 * Math.min(n[0]!, 4000) + (k < 150 ? 0 : 3000 * n[1]!),
    });
    const { tracker } = verdicts(rows);
    expect(tracker.growth).toMatchObject({ source: 1 });
  });

  it('keeps growth of less than 128 B per unit to itself', () => {
    expect(verdicts(generatedRows({ seed: 4, rows: 200, bytes: (n) => 60 * n[0]! })).seen).toEqual([
      'warming-up',
      'stable',
    ]);
  });

  it('keeps growth of less than 1 MB in all to itself', () => {
    const rows = generatedRows({
      seed: 4,
      rows: 60,
      whiteBytes: 500,
      walkBytes: 500,
      bytes: (n) => 2000 * n[7]!,
    });
    const few = rows.map((row) => ({
      ...row,
      sources: row.sources.map((n, s) => (s === 7 ? Math.floor(n / 10) : n)),
    }));
    const { tracker } = verdicts(
      few.map((row) => ({ ...row, value: row.value * 0 + 2e7 + 2000 * row.sources[7]! })),
    );
    expect(tracker.growth).toBeNull();
  });

  it('waits outside of prove until the growth is 2 % of the heap limit', () => {
    const rows = generatedRows({ seed: 5, rows: 110, bytes: (n) => 1500 * n[0]! });
    expect(verdicts(rows, PROVE).seen).toContain('leaking');
    const auto = verdicts(rows, AUTO);
    expect(auto.tracker.growth!.totalBytes).toBeLessThan(0.02 * 2 ** 31);
    expect(auto.seen).not.toContain('leaking');
  });

  it('does not wait for 5,000 units where a tenth of the heap limit is gone', () => {
    const rows = generatedRows({ seed: 6, rows: 110, bytes: (n) => 2e6 * n[7]! });
    const { seen } = verdicts(rows);
    expect(rows.at(-1)!.sources[7]).toBeLessThan(5000);
    expect(seen).toContain('leaking');
  });

  it('clears a leak that was mended, after a whole period without growth', () => {
    const rows = generatedRows({ seed: 7, rows: 300, bytes: (n) => 4096 * Math.min(n[0]!, 15_000) });
    expect(verdicts(rows).seen.slice(-3)).toEqual(['growing', 'leaking', 'stable']);
  });

  it('states a smallest detectable leak that it does call growth in most runs, and a third of it in few', () => {
    const floor = { bytesPerUnit: PROVE.minBytesPerUnit, totalBytes: PROVE.minTotalBytes };
    for (const route of [0, 3]) {
      const detected = (share: number): number =>
        SEEDS.filter((seed) => {
          const healthy = verdicts(generatedRows({ seed, rows: 100, bytes: () => 0 })).tracker;
          const limit = healthy.analyse()!.minDetectable(route, { ...floor, amount: healthy.amount(route) })!;
          return (
            verdicts(generatedRows({ seed, rows: 100, bytes: (n) => share * limit * n[route]! })).tracker
              .growth !== null
          );
        }).length;
      expect(detected(1)).toBeGreaterThan(20);
      expect(detected(1 / 3)).toBeLessThan(6);
    }
  });

  it('finds a leak that begins after a thousand calm rows, and counts it from there', () => {
    const calm = 1000;
    const begins = generatedRows({ seed: 11, rows: calm, bytes: () => 0 }).at(-1)!.sources[0]!;
    const leaked = (n: Float64Array): number => 8192 * Math.max(0, n[0]! - begins);
    const rows = generatedRows({ seed: 11, rows: calm + 250, bytes: leaked });
    const { seen, tracker } = verdicts(rows);
    expect(seen.slice(-2)).toEqual(['growing', 'leaking']);
    expect(tracker.growth).toMatchObject({ source: 0 });
    expect(tracker.growth!.totalBytes).toBeLessThan(1.1 * leaked(rows.at(-1)!.sources));
  });

  it('never calls an innocent route leaking beside one that always comes with the leak', () => {
    for (const seed of SEEDS) {
      const pair = generatedRows({ seed, rows: 250, bytes: (n) => 3000 * n[1]! }).map((row) => ({
        ...row,
        sources: Float64Array.from([...row.sources, Math.round(row.sources[1]! * 0.95)]),
      }));
      const tracker = new GrowthTracker(PROVE);
      const leaking = new Set<number>();
      const names: number[] = [];
      for (const [k, row] of pair.entries()) {
        tracker.push(row, k * 1000);
        if (tracker.growth?.verdict === 'leaking') leaking.add(tracker.growth.source);
        if (tracker.growth !== null && names.at(-1) !== tracker.growth.source)
          names.push(tracker.growth.source);
      }
      for (const source of leaking) expect([1, 8]).toContain(source);
      expect(names.length).toBeLessThanOrEqual(3);
    }
  });
});
