import { describe, expect, it } from 'vitest';
import { SiteSurvival } from '../../src/attribute/site-survival.ts';
import { siteCandidates, siteEvidence } from '../../src/decide/site-naming.ts';
import { areForgotten, type SiteGrowth, siteGrowths } from '../../src/decide/site-verdicts.ts';
import { growthThresholds } from '../../src/decide/thresholds.ts';
import { EVERY_REQUEST, FIRST_SCOPE } from '../../src/measure/floor.ts';
import {
  below,
  exponential,
  forever,
  generatedReads,
  type Kept,
  SHARES,
} from '../attribute/generated-samples.ts';

const LIVE = growthThresholds({
  minBytesPerUnit: 128,
  minTotalBytes: 2 ** 20,
  heapLimitBytes: 2 ** 28,
  prove: false,
});
const SOURCES = FIRST_SCOPE + SHARES.length;
const EVERY_2000 = Array.from({ length: 13 }, (_, k) => 5000 + 2000 * k);

/** Growths after each read. */
function growths(
  kept: readonly Kept[],
  { seed = 1, readAt = EVERY_2000, before = 3000, told = new Set<string>(), thresholds = LIVE } = {},
): SiteGrowth[][] {
  const { start, reads } = generatedReads({ seed, kept, readAt, before });
  const survival = new SiteSurvival(start);
  return reads.map((read) => {
    survival.push(read);
    const judgement = survival.judge();
    return siteGrowths(judgement, thresholds, siteCandidates(siteEvidence(judgement, SOURCES)([])), told);
  });
}

describe('siteGrowths', () => {
  it('names a leak, first growing, then leaking, with its size', () => {
    const told = growths([{ route: 0, bytes: 4000, life: forever, place: below(0, 0.7) }]).flat();
    expect(told[0]).toMatchObject({ source: FIRST_SCOPE, verdict: 'growing', isHint: false, signal: 'heap' });
    expect(told.at(-1)).toMatchObject({ source: FIRST_SCOPE, verdict: 'leaking' });
    const { estimate, samples, ownSamples } = told.at(-1)!;
    expect(Math.abs(estimate.bytesPerUnit / 4000 - 1)).toBeLessThan(0.2);
    expect(estimate.ci95[0]).toBeLessThan(4000);
    expect(samples).toBeGreaterThanOrEqual(ownSamples);
    expect(ownSamples).toBeGreaterThan(5);
  });

  it('never calls leaking what takes fewer than 5,000 units of the scope, unless it is huge', () => {
    const told = growths([{ route: 3, bytes: 4000, life: forever, place: below(3, 1) }]).flat();
    expect(told.at(-1)).toMatchObject({ source: FIRST_SCOPE + 3, verdict: 'growing' });
  });

  it('says nothing of a store that was full before the profiler was started: the floor does not rise', () => {
    for (let seed = 1; seed <= 12; seed++) {
      const store: Kept = { route: 0, bytes: 3000, life: () => 12_000, place: below(0, 1) };
      const readAt = [17_000, 20_000, 23_000, 26_000];
      expect(growths([store], { seed, readAt, before: 14_000 }).flat()).toEqual([]);
    }
  });

  it('says nothing of less than 1 MB or of less than 128 B per unit', () => {
    expect(growths([{ route: 0, bytes: 90, life: forever, place: below(0, 1) }]).flat()).toEqual([]);
    const few = growths([{ route: 3, bytes: 900, life: forever, place: below(3, 1) }], {
      readAt: [7000, 11_000],
    });
    expect(few.flat()).toEqual([]);
  });

  it('names what every request leaks in a middleware as that, not by a route', () => {
    const slots = SHARES.map((_, slot) => slot);
    const place = (): { site: number; slots: number[]; role: 'middleware' } => ({
      site: 7,
      slots,
      role: 'middleware',
    });
    const told = growths([{ route: null, bytes: 2000, life: forever, place }]).flat();
    expect(new Set(told.map(({ source }) => source))).toEqual(new Set([EVERY_REQUEST]));
    expect(told.at(-1)!.verdict).toBe('leaking');
  });

  it('is never leaking over twelve seeds of steady stores', () => {
    const kept: Kept[] = [
      { route: 0, bytes: 6000, life: exponential(700), place: below(0, 0.6) },
      { route: 2, bytes: 20_000, life: exponential(2000), place: below(2, 0.6) },
    ];
    for (let seed = 1; seed <= 12; seed++)
      expect(
        growths(kept, { seed })
          .flat()
          .map(({ verdict }) => verdict),
      ).not.toContain('leaking');
  });

  it('goes on to tell of what was told until its survivors have stopped growing, though too little for a first word', () => {
    const leak: Kept = { route: 0, bytes: 4000, life: forever, place: below(0, 1) };
    const thresholds = { ...LIVE, minTotalBytes: 2 ** 40 };
    const told = new Set([`sites/${FIRST_SCOPE}`]);
    expect(growths([leak], { thresholds }).at(-1)).toEqual([]);
    expect(growths([leak], { thresholds, told }).at(-1)).toMatchObject([{ source: FIRST_SCOPE }]);
  });

  it('sees that a store forgets, by the ages of what survives, and that a leak does not', () => {
    const judged = (life: Kept['life']) => {
      const kept: Kept = { route: 0, bytes: 6000, life, place: below(0, 0.7) };
      const { start, reads } = generatedReads({ seed: 4, kept: [kept], readAt: EVERY_2000, before: 3000 });
      const survival = new SiteSurvival(start);
      for (const read of reads) survival.push(read);
      return areForgotten(survival.judge(), FIRST_SCOPE);
    };
    expect(judged(() => 9000)).toBe(true);
    expect(judged(forever)).toBe(false);
  });

  it('names nobody where the most probable is below a half', () => {
    const slots = [0, 1, 2];
    const place = (): { site: number; slots: number[]; role: 'learned' } => ({
      site: 7,
      slots,
      role: 'learned',
    });
    const told = growths([{ route: 1, bytes: 3000, life: forever, place }]).flat();
    expect(told.length).toBeGreaterThan(0);
    for (const { source, credible, probability } of told)
      if (credible[0]!.probability < 0.5)
        expect({ source, probability }).toMatchObject({ source: EVERY_REQUEST });
  });
});
