import { describe, expect, it } from 'vitest';
import type { Candidate } from '../../src/attribute/credible-set.ts';
import type { KeyJudgement, SurvivalJudgement } from '../../src/attribute/survival-judgement.ts';
import type { Survivor } from '../../src/attribute/survival-read.ts';
import { type SiteGrowth, siteGrowths } from '../../src/decide/site-verdicts.ts';
import { growthThresholds } from '../../src/decide/thresholds.ts';
import { BACKGROUND, EVERY_REQUEST, FIRST_SCOPE } from '../../src/measure/floor.ts';

const SAMPLE = 65_536;
const MB = 2 ** 20;
const UNITS = 10_000;
const OPTIONS = { minBytesPerUnit: 128, minTotalBytes: MB, heapLimitBytes: 256 * MB };
const LIVE = growthThresholds({ ...OPTIONS, prove: false });
const PROVE = growthThresholds({ ...OPTIONS, prove: true });
const TWO_HOURS = { from: 60_000, to: 60_000 + 120 * 60_000 };

/** Samples of 64 KB that were gained below the handlers of these slots. */
function samples(count: number, slots: readonly number[] = []): Survivor[] {
  return Array.from({ length: count }, (_, at) => ({
    ...{ ordinal: at, bytes: SAMPLE, site: 1, slots, alive: true },
  }));
}

/** A leak beyond doubt of so many samples, and what is different of it. */
function key(gained: number, change: Partial<KeyJudgement> = {}): KeyJudgement {
  return {
    ...{ state: 'leaking', p: 1e-9, gained, churn: 0, held: 0, early: gained / 2, late: gained / 2 },
    ...{ dispersion: 1, bytes: gained * SAMPLE, variance: gained * SAMPLE ** 2, risenBytes: null },
    ...{ units: UNITS, sinceUnits: 0, spanMs: TWO_HOURS, clearedUnits: null },
    ...change,
  };
}

interface Case {
  scopes?: Record<number, KeyJudgement>;
  all?: KeyJudgement;
  gained?: Survivor[];
  died?: Survivor[];
  warmUpOdds?: number;
  candidates?: Candidate[];
  thresholds?: typeof LIVE;
  unitsOf?: (slot: number | null) => number;
}

function growths({ scopes = {}, all = key(0, { state: 'quiet' }), ...rest }: Case): SiteGrowth[] {
  const { gained = [], died = [], warmUpOdds = 10, candidates = [], thresholds = LIVE } = rest;
  const judgement: SurvivalJudgement = {
    ...{ units: UNITS, reads: 4, all, gained, died, warmUpOdds, sites: new Map() },
    scopes: new Map(Object.entries(scopes).map(([slot, one]) => [Number(slot), one])),
    unitsOf: rest.unitsOf ?? (() => UNITS),
    siteShares: () => [],
  };
  return siteGrowths(judgement, thresholds, candidates);
}

function verdicts(one: Case): string[] {
  return growths(one).map(({ source, verdict }) => `${source} ${verdict}`);
}

/** What is said of a leak of 100 samples of the scope in slot 3, with something different. */
const ofScope = (change: Partial<KeyJudgement>, rest: Case = {}): string[] =>
  verdicts({ scopes: { 3: key(100, change) }, ...rest });

const GROWING = [`${FIRST_SCOPE + 3} growing`];
const LEAKING = [`${FIRST_SCOPE + 3} leaking`];

describe('growth of a scope', () => {
  it('is told with what it rests on', () => {
    expect(growths({ scopes: { 3: key(100) }, candidates: [{ source: 9, probability: 1 }] })).toEqual([
      {
        ...{ key: `sites/${FIRST_SCOPE + 3}`, source: FIRST_SCOPE + 3, verdict: 'leaking' },
        estimate: expect.objectContaining({ bytesPerUnit: (100 * SAMPLE) / UNITS }),
        totalBytes: 100 * SAMPLE,
        credible: [{ source: FIRST_SCOPE + 3, probability: 1 }],
        ...{ probability: 1, evidence: -Math.log(1e-9), p: 1e-9, sinceMs: 60_000 },
        ...{ signal: 'heap', namedBy: 'heap', samples: 100, ownSamples: 100, isHint: false },
      },
    ]);
  });

  it('is leaking only by the state that takes a third read', () => {
    expect(ofScope({ state: 'leaking' })).toEqual(LEAKING);
    expect(ofScope({ state: 'growing' })).toEqual(GROWING);
    expect(ofScope({ state: 'suspect' })).toEqual([]);
    expect(ofScope({ state: 'quiet' })).toEqual([]);
  });

  it('is leaking from 75 minutes on, which no store keeps things for; at prove and without a clock at once', () => {
    const lasting = (to: number) => ({ spanMs: { from: 0, to } });
    expect(ofScope(lasting(75 * 60_000))).toEqual(LEAKING);
    expect(ofScope(lasting(75 * 60_000 - 1))).toEqual(GROWING);
    expect(ofScope(lasting(1000), { thresholds: PROVE })).toEqual(LEAKING);
    expect(growths({ scopes: { 3: key(100, { spanMs: null }) } })).toMatchObject([
      { verdict: 'leaking', sinceMs: 0 },
    ]);
  });

  it('is leaking from 5,000 units of its own on and 5 MB, or where it is huge', () => {
    expect(ofScope({ units: 5000 })).toEqual(LEAKING);
    expect(ofScope({ units: 4999 })).toEqual(GROWING);
    expect(ofScope({ bytes: LIVE.leakTotalBytes })).toEqual(LEAKING);
    expect(ofScope({ bytes: LIVE.leakTotalBytes - 1 })).toEqual(GROWING);
    expect(ofScope({ units: 4999, bytes: LIVE.hugeTotalBytes })).toEqual(LEAKING);
  });

  it('is told from minTotalBytes on, by its samples and by the floor', () => {
    const few = { bytes: MB, variance: 16 * SAMPLE ** 2, units: 1000 };
    expect(ofScope(few)).toEqual(GROWING);
    expect(ofScope({ ...few, bytes: MB - 1 })).toEqual([]);
    expect(ofScope({ ...few, risenBytes: MB })).toEqual(GROWING);
    expect(ofScope({ ...few, risenBytes: MB - 1 })).toEqual([]);
  });

  it('is told where the floor rose by half of it at least, with no more than the floor rose', () => {
    const half = 50 * SAMPLE;
    expect(growths({ scopes: { 3: key(100, { risenBytes: half }) } })).toMatchObject([{ totalBytes: half }]);
    expect(ofScope({ risenBytes: half - 1 })).toEqual([]);
    expect(growths({ scopes: { 3: key(100, { risenBytes: 1e9 }) } })).toMatchObject([
      { totalBytes: 100 * SAMPLE },
    ]);
  });

  it('is told where minBytesPerUnit is surely reached', () => {
    const [told] = growths({ scopes: { 3: key(100) } });
    const most = (told!.estimate.ci95[0] / 128) * UNITS;
    expect(ofScope({ units: Math.floor(most) })).not.toEqual([]);
    expect(ofScope({ units: Math.ceil(most + 1) })).toEqual([]);
    expect(ofScope({ units: 0 })).toEqual([]);
  });
});

describe('a name with few samples behind it', () => {
  const slot3 = { source: FIRST_SCOPE + 3, probability: 0.6 };
  const candidates = [slot3, { source: 2, probability: 0.2 }, { source: 4, probability: 0.2 }];
  const large = { bytes: 100 * SAMPLE, variance: 100 * SAMPLE ** 2 };
  const of = (gained: number, rest: Case = {}): SiteGrowth[] =>
    growths({ scopes: { 3: key(gained, large) }, candidates, ...rest });

  it('is sure from five on; below it is a hint, with its candidates', () => {
    expect(of(5)).toMatchObject([
      { key: `sites/${FIRST_SCOPE + 3}`, probability: 1, isHint: false, verdict: 'leaking' },
    ]);
    expect(of(4)).toMatchObject([
      { key: 'sites/all', probability: 0.6, isHint: true, credible: candidates, verdict: 'leaking' },
    ]);
  });

  it('is leaking only beside two others at most, and where warm-up is out of question', () => {
    const four = [...candidates, { source: 7, probability: 0.01 }];
    expect(of(4, { candidates: four })).toMatchObject([{ verdict: 'growing' }]);
    expect(of(5, { candidates: four })).toMatchObject([{ verdict: 'leaking' }]);
    expect(of(4, { warmUpOdds: Math.log(20) })).toMatchObject([{ verdict: 'leaking' }]);
    expect(of(4, { warmUpOdds: Math.log(19.9) })).toMatchObject([{ verdict: 'growing' }]);
    expect(of(5, { warmUpOdds: 0 })).toMatchObject([{ verdict: 'leaking' }]);
  });

  it('takes units of its source, which may be fewer than a leak needs', () => {
    const unitsOf = (slot: number | null): number => (slot === 3 ? 4999 : UNITS);
    expect(of(4, { unitsOf })).toMatchObject([{ verdict: 'growing' }]);
    expect(of(5, { unitsOf })).toMatchObject([{ verdict: 'leaking' }]);
  });
});

describe('growth of every request', () => {
  it('is that, though samples lie below handlers, where candidates are sure of it', () => {
    const of = (probability: number): string[] =>
      verdicts({
        scopes: { 3: key(100) },
        all: key(200),
        candidates: [{ source: EVERY_REQUEST, probability }],
      });
    expect(of(0.9)).toEqual([`${EVERY_REQUEST} leaking`]);
    expect(of(0.89)).toEqual(LEAKING);
    const another = { source: FIRST_SCOPE + 1, probability: 1 };
    expect(verdicts({ scopes: { 3: key(100) }, candidates: [another] })).toEqual(LEAKING);
  });
});

describe('growth that lies below no handler', () => {
  const at = (source: number, probability: number): Candidate => ({ source, probability });
  const of = (rest: Case): SiteGrowth[] => growths({ all: key(100), gained: samples(100), ...rest });

  it('is told from odds of three against warm-up on, and leaking from twenty on', () => {
    const told = (odds: number): SiteGrowth['verdict'][] =>
      of({ candidates: [at(EVERY_REQUEST, 1)], warmUpOdds: Math.log(odds) }).map(({ verdict }) => verdict);
    expect([2.99, 3, 19.9, 20].map(told)).toEqual([[], ['growing'], ['growing'], ['leaking']]);
    expect(of({ all: key(100, { state: 'suspect' }), candidates: [at(EVERY_REQUEST, 1)] })).toEqual([]);
    expect(of({ all: key(100, { state: 'growing' }), candidates: [at(EVERY_REQUEST, 1)] })).toMatchObject([
      { verdict: 'growing' },
    ]);
  });

  it('is leaking beside two other candidates at most', () => {
    const three = [at(EVERY_REQUEST, 0.5), at(2, 0.3), at(3, 0.2)];
    expect(of({ candidates: three })).toMatchObject([{ verdict: 'leaking', probability: 0.5 }]);
    expect(of({ candidates: [...three, at(4, 0.01)] })).toMatchObject([{ verdict: 'growing' }]);
  });

  it('without a name is never leaking: no candidates, or none that is likely', () => {
    const nobody = { source: EVERY_REQUEST, verdict: 'growing', isHint: true, ownSamples: 0 };
    expect(of({})).toMatchObject([{ ...nobody, credible: [], probability: 0 }]);
    expect(of({ candidates: [at(2, 0.39)] })).toMatchObject([{ ...nobody, credible: [at(2, 0.39)] }]);
    expect(of({ candidates: [at(EVERY_REQUEST, 0.5)] })).toMatchObject([{ verdict: 'leaking' }]);
    expect(of({ unitsOf: () => 0 })).toEqual([]);
    expect(of({ all: key(15) })).toEqual([]);
  });

  it('takes the name of a scope that five samples may be of, or of one that is as good as sure', () => {
    const sources = (count: number, probability: number): number[] =>
      of({
        gained: [...samples(count, [0, 1]), ...samples(100 - count)],
        candidates: [at(FIRST_SCOPE, probability)],
        thresholds: { ...LIVE, minBytesPerUnit: 1, minTotalBytes: 1 },
      }).map(({ source }) => source);
    expect(sources(5, 0.5)).toEqual([FIRST_SCOPE]);
    expect(sources(4, 0.5)).toEqual([EVERY_REQUEST]);
    expect(sources(4, 0.89)).toEqual([EVERY_REQUEST]);
    expect(sources(0, 0.9)).toEqual([FIRST_SCOPE]);
  });

  it('is sized by all of it, or by 1.8 times what may be of its scope where that is less', () => {
    const of100 = (count: number, slots: number[]) =>
      of({
        gained: [...samples(count, slots), ...samples(100 - count)],
        candidates: [at(FIRST_SCOPE, 0.95)],
        unitsOf: (slot) => (slot === 0 ? UNITS / 2 : UNITS),
      })[0]!;
    const whole = (100 * SAMPLE) / (UNITS / 2);
    expect(of100(0, []).estimate.bytesPerUnit).toBeCloseTo(whole);
    expect(of100(90, [0]).estimate.bytesPerUnit).toBeCloseTo(whole);
    const few = of100(40, [0, 1]);
    expect(few.estimate.bytesPerUnit).toBeCloseTo(0.72 * whole);
    expect(few.totalBytes).toBeCloseTo(0.72 * 100 * SAMPLE);
    expect([few.ownSamples, few.isHint]).toEqual([0, true]);
    const own = of100(40, [0]);
    expect([own.ownSamples, own.isHint]).toEqual([40, false]);
    expect(own.estimate.ci95[1]).toBeGreaterThan(whole);
  });

  it('of time is told per second, however little that is, and is the floors to call a leak', () => {
    const background = { candidates: [at(BACKGROUND, 1)] };
    expect(of({ ...background, all: key(100, { spanMs: { from: 0, to: 1e9 } }) })).toMatchObject([
      { source: BACKGROUND, verdict: 'growing', estimate: { bytesPerUnit: (100 * SAMPLE) / 1e6 } },
    ]);
    expect(of({ ...background, all: key(100, { spanMs: null }) })).toEqual([]);
  });
});

describe('the size of a scope that has samples below its handler', () => {
  const own = (50 * SAMPLE) / UNITS;
  const sized = (all: KeyJudgement, rest: Case = {}): SiteGrowth =>
    growths({ scopes: { 0: key(50) }, gained: samples(50, [0]), all, ...rest })[0]!;

  it('is at least that, and at most 1.8 times as much with what no scope can be told of', () => {
    const ratioOf = (all: number, change: Partial<KeyJudgement> = {}): number =>
      sized(key(all, change)).estimate.bytesPerUnit / own;
    expect(ratioOf(50)).toBeCloseTo(1);
    expect(ratioOf(40)).toBeCloseTo(1);
    expect(ratioOf(75)).toBeCloseTo(1.5);
    expect(ratioOf(200)).toBeCloseTo(1.8);
    expect(ratioOf(200, { state: 'quiet' })).toBeCloseTo(1);
    const most = sized(key(200));
    expect(most.totalBytes).toBeCloseTo(1.8 * 50 * SAMPLE);
    expect(most.estimate.standardError / most.estimate.bytesPerUnit).toBeCloseTo(1 / Math.sqrt(50));
    expect(most.estimate.ci95[0]).toBeLessThan(own);
    expect(most.estimate.ci95[1]).toBeGreaterThan((200 * SAMPLE) / UNITS);
  });

  it('has no narrower an upper bound than its own samples have', () => {
    const alone = sized(key(50, { state: 'quiet' }));
    const exact = sized(key(51, { variance: SAMPLE ** 2 }));
    expect(exact.estimate.ci95[1]).toBe(alone.estimate.ci95[1]);
  });

  it('shares what no scope can be told of with the other scopes that grow, by what each has', () => {
    const gained = [...samples(50, [0]), ...samples(150, [1])];
    const [first] = growths({ scopes: { 0: key(50), 1: key(150) }, all: key(300), gained });
    expect(first!.estimate.bytesPerUnit / own).toBeCloseTo(1.5);
    const quiet = { scopes: { 0: key(50), 1: key(150, { state: 'quiet' }) }, all: key(300), gained } as const;
    expect(growths(quiet)[0]!.estimate.bytesPerUnit / own).toBeCloseTo(1.8);
  });

  it('takes off what died of it', () => {
    const gained = [...samples(50, [0]), ...samples(40, [1])];
    const scopes = { 0: key(50), 1: key(40) };
    const told = (died: Survivor[]): number =>
      growths({ scopes, all: key(100), gained, died })[0]!.estimate.bytesPerUnit / own;
    // 50 of 90, then 50 of 50 + 20, then nothing that is its.
    expect(told([])).toBeCloseTo(100 / 90);
    expect(told(samples(20, [1]))).toBeCloseTo((50 / 70) * 2);
    expect(told(samples(50, [0]))).toBeCloseTo(1);
  });

  it('may be larger where sets of scopes hold it, as far as it is probable that these are its', () => {
    const ratioOf = (probability: number, sets = samples(25, [0, 1]), died: Survivor[] = []): number =>
      sized(key(500), {
        gained: [...samples(50, [0]), ...sets],
        ...{ died, candidates: [{ source: FIRST_SCOPE, probability }] },
      }).estimate.bytesPerUnit / own;
    expect(ratioOf(1)).toBeCloseTo(1.8 * 1.5);
    expect(ratioOf(0.5)).toBeCloseTo(1.8 * 1.25);
    expect(ratioOf(1, samples(25, [1, 2]))).toBeCloseTo(1.8);
    expect(ratioOf(1, [], samples(25, [0, 1]))).toBeCloseTo(1.8);
  });
});
