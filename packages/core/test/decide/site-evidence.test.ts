import { expect, it } from 'vitest';
import { SiteSurvival } from '../../src/attribute/site-survival.ts';
import { siteCandidates, siteEvidence } from '../../src/decide/site-naming.ts';
import { FIRST_SCOPE } from '../../src/measure/floor.ts';
import { below, forever, generatedReads, SHARES } from '../attribute/generated-samples.ts';

it('is worked out once for a set of known sources, in whatever order they are given', () => {
  const kept = [0, 1].map((route) => ({ route, bytes: 4000, life: forever, place: below(route, 0.9) }));
  const { start, reads } = generatedReads({ seed: 1, kept, readAt: [5000, 8000] });
  const survival = new SiteSurvival(start);
  for (const read of reads) survival.push(read);
  const evidence = siteEvidence(survival.judge(), FIRST_SCOPE + SHARES.length);
  const known = evidence([FIRST_SCOPE + 3, FIRST_SCOPE]);
  expect(evidence([FIRST_SCOPE, FIRST_SCOPE + 3])).toBe(known);
  expect(evidence([FIRST_SCOPE])).not.toBe(known);
  const best = (sources: Float64Array): number => sources.indexOf(Math.max(...sources));
  expect(best(evidence([FIRST_SCOPE]))).toBe(FIRST_SCOPE + 1);
  expect(best(evidence([FIRST_SCOPE + 1]))).toBe(FIRST_SCOPE);
});

it('makes candidates of as many sources as hold 95 % of the probability', () => {
  const of = (...probabilities: number[]): number[] =>
    siteCandidates(Float64Array.from(probabilities, Math.log)).map(({ source }) => source);
  expect(of(0.03, 0.61, 0.36)).toEqual([1, 2]);
  expect(of(0.06, 0.6, 0.34)).toEqual([1, 2, 0]);
});
