import { describe, expect, it } from 'vitest';
import type { NamedGrowth } from '../../src/decide/channel-growth.ts';
import { GrowthSearch } from '../../src/decide/growth-search.ts';
import { GrowthTracker } from '../../src/decide/growth-tracker.ts';
import type { SignalGrowth } from '../../src/decide/signal-growth.ts';
import { growthThresholds } from '../../src/decide/thresholds.ts';
import { BACKGROUND, EVERY_REQUEST, FIRST_SCOPE, sourceAmounts } from '../../src/measure/floor.ts';
import { generatedRows } from '../attribute/generated-rows.ts';

const PROVE = growthThresholds({
  minBytesPerUnit: 128,
  minTotalBytes: 2 ** 20,
  heapLimitBytes: 2 ** 31,
  prove: true,
});

type Leaks = Readonly<Record<number, number>>;

interface Step {
  growths: NamedGrowth[];
  /** What a tracker says to which one source has to explain everything. */
  single: SignalGrowth | null;
}

/** What is named after every row; `until`: the row at which a leak of that route was mended. */
function search(seed: number, leaks: Leaks, { rows = 125, until = {} as Leaks, sources = 8 } = {}): Step[] {
  const found = new GrowthSearch(['oldSpace'], PROVE);
  const tracker = new GrowthTracker(PROVE, new Set([BACKGROUND]));
  const leaked: Record<number, number> = {};
  const last = new Float64Array(sources);
  const bytes = (units: Float64Array, row: number): number => {
    for (const scope of Object.keys(leaks).map(Number)) {
      if (row < (until[scope] ?? rows)) {
        leaked[scope] = (leaked[scope] ?? 0) + leaks[scope]! * (units[scope]! - last[scope]!);
      }
    }
    last.set(units);
    return Object.values(leaked).reduce((sum, each) => sum + each, 0);
  };
  return generatedRows({ seed, rows, sources, bytes }).map((row, at) => {
    const counts = { units: [...row.sources], totalUnits: row.totalUnits, inFlight: row.inFlight };
    const timed = { ...row, sources: sourceAmounts(counts, at * 1000), timeMs: at * 1000 };
    found.push('oldSpace', timed);
    found.settle();
    tracker.push(timed, timed.timeMs);
    return { growths: found.growths(), single: tracker.growth };
  });
}

const scopesOf = (growths: readonly NamedGrowth[]): number[] =>
  growths.map(({ source }) => source - FIRST_SCOPE).sort((a, b) => a - b);
const SEEDS = Array.from({ length: 5 }, (_, i) => 501 + i);

describe('GrowthSearch', () => {
  it('finds two and three leaks at once, each with its own size', () => {
    for (const leaks of [
      { 1: 20_480, 4: 10_240 },
      { 0: 8_192, 3: 20_480, 6: 20_480 },
    ] as Leaks[]) {
      let covered = 0;
      for (const seed of SEEDS) {
        const { growths } = search(seed, leaks).at(-1)!;
        expect(scopesOf(growths)).toEqual(Object.keys(leaks).map(Number));
        for (const { source, estimate } of growths) {
          const truth = leaks[source - FIRST_SCOPE]!;
          expect(Math.abs(estimate.bytesPerUnit / truth - 1)).toBeLessThan(0.1);
          if (estimate.ci95[0] <= truth && truth <= estimate.ci95[1]) covered += 1;
        }
      }
      expect(covered).toBeGreaterThanOrEqual(0.85 * SEEDS.length * Object.keys(leaks).length);
    }
  });

  it('sizes the larger leak without the other, which a single source cannot', () => {
    const { growths, single } = search(7, { 2: 20_480, 0: 20_480 }).at(-1)!;
    expect(scopesOf(growths)).toEqual([0, 2]);
    for (const { estimate } of growths) expect(estimate.bytesPerUnit / 20_480).toBeCloseTo(1, 1);
    expect(single!.estimate.bytesPerUnit / 20_480).toBeGreaterThan(1.1);
  });

  it('names nobody beside one leak, and nobody where nothing grows', () => {
    for (const leaks of [{}, { 1: 20_480 }, { 5: 8_192 }] as Leaks[]) {
      for (const seed of SEEDS) {
        const steps = search(seed, leaks);
        const named = new Set(steps.flatMap(({ growths }) => scopesOf(growths)));
        expect([...named].filter((scope) => scope >= 0)).toEqual(Object.keys(leaks).map(Number));
      }
    }
  });

  it('drops what another source explains better, and keeps the key of what goes on under another name', () => {
    for (const seed of SEEDS) {
      const steps = search(seed, { 0: 4_096, 1: 4_096, 2: 4_096 });
      const everything = steps.filter(({ growths }) =>
        growths.some(({ source }) => source === EVERY_REQUEST),
      );
      const keys = steps.map(({ growths }) => growths.map(({ key }) => key));
      for (const list of keys) expect(new Set(list).size).toBe(list.length);
      if (everything.length > 0) expect(steps.at(-1)!.growths.length).toBeGreaterThan(0);
    }
  });

  it('goes on sizing one leak when the other was mended, and finds the next', () => {
    for (const seed of SEEDS.slice(0, 2)) {
      const steps = search(seed, { 1: 20_480, 4: 20_480 }, { rows: 420, until: { 1: 130 } });
      expect(scopesOf(steps[129]!.growths)).toEqual([1, 4]);
      const { growths } = steps.at(-1)!;
      expect(scopesOf(growths)).toEqual([4]);
      expect(growths[0]!.estimate.bytesPerUnit / 20_480).toBeCloseTo(1, 1);
    }
  });

  it('keeps no more than three growths apart', () => {
    const { growths } = search(3, { 0: 20_480, 1: 20_480, 2: 20_480, 3: 20_480, 4: 20_480 }).at(-1)!;
    expect(growths.length).toBeLessThanOrEqual(3);
  });
});
