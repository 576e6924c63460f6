import { describe, expect, test } from 'vitest';
import type { FollowedCase } from '../../../bench/corpus-auto/follow-case.mjs';
import { summarise } from '../../../bench/corpus-auto/summary.mjs';
import { UNATTRIBUTED } from '../../corpus/run-history.mjs';

const at = (units: number) => ({ units, seconds: units / 1000 });
const growing = (units: number) => ({ growing: at(units), leaking: null });
const NAIVE_SILENT = { first: {}, atEnd: [], averages: [] };

function followed(fields: Partial<FollowedCase>): FollowedCase {
  return {
    name: 'a-case',
    expect: 'clean',
    units: 50_000,
    seconds: 50,
    majorGcs: 80,
    leaks: [],
    watch: [],
    accused: {},
    naive: null,
    problems: [],
    notes: [],
    events: [],
    ...fields,
  };
}

/** A leaking app whose `GET /leak` keeps 2,000 bytes. */
function leaky(accused: FollowedCase['accused'], bytesPerUnit: number | null = null): FollowedCase {
  const seen = accused['GET /leak'];
  const marks = { growing: seen?.growing ?? null, leaking: seen?.leaking ?? null };
  const leak = {
    route: 'GET /leak',
    truth: 2000,
    verdict: 'growing',
    bytesPerUnit,
    ci95: null,
    minDetectableBytes: null,
    ...marks,
  };
  return followed({ expect: 'leak', accused, leaks: [leak] });
}

function summaryOf(detector: string, results: FollowedCase[]) {
  return summarise(results).find((each) => each.detector.includes(detector));
}

describe('leaks', () => {
  test('the median counts a missed leak as never, so that a bench that finds few looks slow', () => {
    const found = leaky({ 'GET /leak': growing(10_000) }, 2500);
    expect(summaryOf('growing', [found, found, leaky({})])).toMatchObject({
      leaks: 3,
      named: 2,
      medianUnits: 10_000,
      medianSeconds: 10,
    });
    expect(summaryOf('growing', [found, leaky({}), leaky({})])).toMatchObject({
      named: 1,
      medianUnits: Number.POSITIVE_INFINITY,
    });
  });

  test('leaking without growing before it counts as named, growing does not count as leaking', () => {
    const results = [
      leaky({ 'GET /leak': { growing: null, leaking: at(9000) } }),
      leaky({ 'GET /leak': growing(4000) }),
    ];
    expect(summaryOf('growing', results)).toMatchObject({ named: 2 });
    expect(summaryOf('leaking', results)).toMatchObject({ named: 1 });
  });

  test('a leak counts as named first when no innocent route was accused before it', () => {
    const results = [
      leaky({ 'GET /leak': growing(5), 'GET /other': growing(6) }),
      leaky({ 'GET /leak': growing(5), 'GET /other': growing(5) }),
      leaky({ 'GET /leak': growing(5), 'GET /other': growing(4) }),
      leaky({ 'GET /leak': growing(5) }),
      leaky({ 'GET /other': growing(4) }),
    ];
    expect(summaryOf('growing', results)).toMatchObject({ named: 4, namedFirst: 3 });
  });

  test('the size error is that of the named leaks which have a size', () => {
    const results = [
      leaky({ 'GET /leak': growing(1) }, 1500),
      leaky({ 'GET /leak': growing(1) }, null),
      leaky({}, 90_000),
    ];
    expect(summaryOf('growing', results)?.medianSizeError).toBeCloseTo(0.25);
    expect(summaryOf('leaking', results)?.medianSizeError).toBeNull();
  });
});

describe('innocents', () => {
  test('another route of a leaking app is one, growth without a name is not', () => {
    const results = [
      leaky({ 'GET /leak': growing(1), 'GET /other': growing(2) }),
      leaky({ 'GET /leak': growing(1), [UNATTRIBUTED]: growing(2) }),
    ];
    expect(summaryOf('growing', results)).toMatchObject({ leakingApps: 2, innocentAccused: 1 });
  });

  test('in a healthy app everything accused counts, a store that really fills apart from the rest', () => {
    const results = [
      followed({ watch: ['GET /fills'], accused: { 'GET /fills': growing(5) } }),
      followed({ watch: ['GET /fills'], accused: { 'GET /fills': growing(5), 'GET /b': growing(6) } }),
      followed({ accused: { [UNATTRIBUTED]: growing(7) } }),
      followed({}),
    ];
    expect(summaryOf('growing', results)).toMatchObject({
      healthyApps: 4,
      healthyAccused: 3,
      healthyBeyondStores: 2,
    });
    expect(summaryOf('leaking', results)).toMatchObject({ healthyAccused: 0 });
  });
});

describe('the naive rules', () => {
  test('are summed up like the guard, from their first accusations and their averages at the end', () => {
    const averages = [{ route: 'GET /leak', units: 4000, bytesPerUnit: 22_000 }];
    const around = { first: { 'GET /leak': at(3000), 'GET /b': at(2000) }, atEnd: [], averages };
    const result = { ...leaky({}), naive: { around, sinceLast: NAIVE_SILENT } };
    const summary = { named: 1, medianUnits: 3000, medianSizeError: 10, innocentAccused: 1 };
    expect(summaryOf('around', [result])).toMatchObject(summary);
    expect(summaryOf('since', [result])).toMatchObject({
      named: 0,
      medianSizeError: null,
      innocentAccused: 0,
    });
  });

  test('are left out when they did not run', () => {
    expect(summarise([followed({})]).map(({ detector }) => detector)).toEqual([
      'leakGuard at auto, growing',
      'leakGuard at auto, leaking',
    ]);
  });
});
