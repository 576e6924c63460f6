import { describe, expect, it } from 'vitest';
import { handlerLikelihood } from '../../src/attribute/handler-likelihood.ts';
import { GrowthSearch } from '../../src/decide/growth-search.ts';
import { GrowthTracker } from '../../src/decide/growth-tracker.ts';
import { growthThresholds } from '../../src/decide/thresholds.ts';
import { generatedRows } from '../attribute/generated-rows.ts';

const PROVE = growthThresholds({
  minBytesPerUnit: 128,
  minTotalBytes: 2 ** 20,
  heapLimitBytes: 2 ** 31,
  prove: true,
});
const SEEDS = Array.from({ length: 10 }, (_, i) => i + 41);

/** Source 8 comes with source 3, always. */
function collinearRows(seed: number) {
  return generatedRows({ seed, rows: 100, bytes: (n) => 8000 * n[3]! }).map((row) => ({
    ...row,
    sources: Float64Array.from([...row.sources, row.sources[3]!]),
  }));
}

/** Sites that saw this source's handler below its samples. */
function pointingAt(source: number, sources = 9): Float64Array {
  return new Float64Array(sources).fill(-12).with(source, -0.01);
}

function tracked(rows: ReturnType<typeof generatedRows>, evidence: Float64Array | null): GrowthTracker {
  const tracker = new GrowthTracker(PROVE);
  tracker.siteEvidence = evidence;
  for (const [k, row] of rows.entries()) tracker.push(row, k * 1000);
  return tracker;
}

describe('site evidence in the naming by floors', () => {
  it('tells two routes apart that always come together, where floors alone cannot', () => {
    for (const seed of SEEDS) {
      const rows = collinearRows(seed);
      const floors = tracked(rows, null).analyse()!;
      const pair = floors.credible.filter(({ source }) => source === 3 || source === 8);
      expect(pair.map(({ probability }) => Math.round(10 * probability))).toEqual([5, 5]);
      for (const truth of [3, 8]) {
        const { growth } = tracked(rows, pointingAt(truth));
        expect(growth).toMatchObject({ source: truth });
        expect(growth!.probability).toBeGreaterThan(0.95);
      }
    }
  });

  it('raises no alarm and changes no evidence for growth', () => {
    for (const seed of SEEDS) {
      const rows = generatedRows({ seed, rows: 80, bytes: () => 0 });
      const [without, beside] = [null, pointingAt(2, 8)].map((evidence) => tracked(rows, evidence));
      expect(beside!.growth).toBeNull();
      for (const field of ['growthEvidence', 'lineEvidence', 'leakEvidence', 'sourceEvidence'] as const)
        expect(beside!.analyse()![field]).toEqual(without!.analyse()![field]);
    }
  });

  it('changes nothing at all while there is none', () => {
    const analysis = tracked(collinearRows(44), null).analyse()!;
    expect(analysis.namingEvidence).toEqual(analysis.sourceEvidence);
  });

  it('names nobody that the floors see shrink, however sure sites are', () => {
    const rows = generatedRows({ seed: 5, rows: 100, bytes: (n) => 9000 * n[1]! - 3000 * n[5]! });
    expect(tracked(rows, pointingAt(5, 8)).growth?.source).not.toBe(5);
  });

  it('does not hide a second leak behind samples of the first', () => {
    const rows = generatedRows({ seed: 6, rows: 200, bytes: (n) => 9000 * n[2]! + 6000 * n[4]! });
    const search = new GrowthSearch(['arrayBuffers'], PROVE);
    const samples = [2, 2, 2, 4].flatMap((slot) =>
      Array.from({ length: 10 }, () => ({ ordinal: 0, bytes: 1, site: 1, slots: [slot - 2] })),
    );
    const naming = { gained: samples, died: [], dispersion: 1, unitsOf: () => 1000 };
    search.siteEvidence = (known) => handlerLikelihood(naming, 8, known);
    for (const [k, row] of rows.entries()) {
      search.push('arrayBuffers', { ...row, timeMs: k * 1000 });
      search.settle();
    }
    expect([...search.sources].sort()).toEqual([2, 4]);
  });
});
