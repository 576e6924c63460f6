import { describe, expect, it } from 'vitest';
import { sampledSize } from '../../src/attribute/sampled-size.ts';
import { SiteSurvival } from '../../src/attribute/site-survival.ts';
import type { SurvivalJudgement } from '../../src/attribute/survival-judgement.ts';
import type { SurvivalRead, SurvivorSample } from '../../src/attribute/survival-read.ts';
import { below, exponential, forever, generatedReads, type Kept } from './generated-samples.ts';

const SEEDS = Array.from({ length: 30 }, (_, seed) => seed + 1001);
const THREE_READS = [7000, 11_000, 15_000, 19_000];

function judgements(run: ReturnType<typeof generatedReads>): SurvivalJudgement[] {
  const survival = new SiteSurvival(run.start);
  return run.reads.map((read) => {
    survival.push(read);
    return survival.judge();
  });
}

const states = (run: SurvivalJudgement[]): string[] => run.map(({ all }) => all.state);

/** Evenly born samples, one per `step` ordinals, that all live. */
function evenSamples(upTo: number, step: number, place: Pick<SurvivorSample, 'site' | 'slots'>) {
  return Array.from({ length: Math.floor(upTo / step) }, (_, k) => ({
    ordinal: (k + 1) * step,
    bytes: 65_536,
    ...place,
  }));
}

const read = (units: number, samples: readonly SurvivorSample[]): SurvivalRead => ({
  units,
  slotUnits: [units / 2, units / 2],
  samples,
});

describe('SiteSurvival', () => {
  it('suspects by one read, confirms by a second, and calls it leaking over a further period as long', () => {
    const leak: Kept = { route: 0, bytes: 4000, life: forever, place: below(0, 0.7) };
    const run = judgements(generatedReads({ seed: 1, kept: [leak], readAt: THREE_READS }));
    expect(states(run).slice(0, 2)).toEqual(['suspect', 'growing']);
    expect(run.at(-1)).toMatchObject({ all: { state: 'leaking' } });
    expect(run.at(-1)!.scopes.get(0)).toMatchObject({ state: 'leaking' });
    expect(run.at(-1)!.sites.get(10)!.state).not.toBe('quiet');
    expect([1, 2, 3].map((slot) => run.at(-1)!.scopes.get(slot)?.state ?? 'quiet')).toEqual([
      'quiet',
      'quiet',
      'quiet',
    ]);
  });

  it('confirms nothing with units in flight and nothing kept, over 30 seeds and many reads', () => {
    const readAt = Array.from({ length: 10 }, (_, k) => 4000 + 1000 * k);
    for (const seed of SEEDS) {
      const last = judgements(generatedReads({ seed, kept: [], readAt }));
      for (const { all, scopes, sites } of last)
        for (const { state } of [all, ...scopes.values(), ...sites.values()])
          expect(['growing', 'leaking']).not.toContain(state);
    }
  });

  it('confirms at most one in thirty of steady stores with lifetimes up to half of what was read', () => {
    const kept: Kept[] = [
      { route: 0, bytes: 8000, life: exponential(500), place: below(0, 0.7) },
      { route: 1, bytes: 8000, life: exponential(1500), place: below(1, 0.7) },
    ];
    const grown = SEEDS.filter((seed) =>
      judgements(generatedReads({ seed, kept, readAt: [9000, 15_000, 21_000] })).some(({ all, scopes }) =>
        [all, ...scopes.values()].some(({ state }) => state === 'growing' || state === 'leaking'),
      ),
    );
    expect(grown.length).toBeLessThanOrEqual(1);
  });

  it('calls a store that fills growing, and clears it when it is full and entries are replaced', () => {
    const life = (): number => 9000;
    const store: Kept = { route: 0, bytes: 9000, life, place: below(0, 1) };
    const readAt = Array.from({ length: 12 }, (_, k) => 5000 + 2000 * k);
    const run = judgements(generatedReads({ seed: 3, kept: [store], readAt, before: 1 }));
    const seen = states(run);
    expect(seen).toContain('growing');
    expect(seen.at(-1)).toBe('quiet');
    expect(run.at(-1)!.all.clearedUnits).toBeGreaterThan(9000);
  });

  it('clears a leak that was mended', () => {
    const life = (_: () => number, unit: number): number => (unit < 15_000 ? Number.POSITIVE_INFINITY : 1);
    const leak: Kept = { route: 0, bytes: 8000, life, place: below(0, 1) };
    const readAt = Array.from({ length: 16 }, (_, k) => 5000 + 2000 * k);
    const run = judgements(generatedReads({ seed: 4, kept: [leak], readAt }));
    expect(states(run)).toContain('leaking');
    expect(states(run).at(-1)).toBe('quiet');
  });

  it('finds a leak that begins after many reads, and dates it to within one read', () => {
    const life = (_: () => number, unit: number): number => (unit > 24_000 ? Number.POSITIVE_INFINITY : 1);
    const leak: Kept = { route: 0, bytes: 10_000, life, place: below(0, 1) };
    const readAt = Array.from({ length: 19 }, (_, k) => 4000 + 2000 * k);
    const run = judgements(generatedReads({ seed: 5, kept: [leak], readAt }));
    const scope = run.at(-1)!.scopes.get(0)!;
    expect(scope.state).not.toBe('quiet');
    expect(scope.sinceUnits).toBeGreaterThanOrEqual(22_000);
  });

  it('takes twice the births for no growth in rate where a scope got twice the traffic, and sizes by it', () => {
    const survival = new SiteSurvival({ units: 3000, slotUnits: [1000, 2000] });
    const one = { site: 1, slots: [0] };
    const first = evenSamples(1000, 20, one);
    const second = Array.from({ length: 100 }, (_, k) => ({ ordinal: 1010 + 10 * k, bytes: 65_536, ...one }));
    survival.push({ units: 7000, slotUnits: [2000, 5000], samples: first });
    survival.push({ units: 11_000, slotUnits: [4000, 7000], samples: [...first, ...second] });
    const { scopes } = survival.judge();
    const size = sampledSize(scopes.get(0)!, scopes.get(0)!.units)!;
    expect(size.bytesPerUnit).toBeGreaterThan(0.9 * ((65_536 * 50) / 1000));
    expect(size.bytesPerUnit).toBeLessThan(1.1 * ((65_536 * 50) / 1000));
  });

  it('counts samples of one large object as one', () => {
    const survival = new SiteSurvival();
    const heap = (from: number): SurvivorSample[] =>
      Array.from({ length: 16 }, (_, k) => ({ ordinal: from + k, bytes: 65_536, site: 1, slots: [0] }));
    survival.push(read(4000, heap(100)));
    survival.push(
      read(8000, [
        ...heap(100),
        ...heap(1000),
        ...heap(1600),
        { ordinal: 2400, bytes: 1, site: 2, slots: [] },
      ]),
    );
    const { all } = survival.judge();
    expect(all.state).not.toBe('growing');
    expect(all.dispersion).toBeGreaterThan(4);
  });

  it('knows all and the scope to grow where inlining moved a function into its caller, and tells both functions', () => {
    const survival = new SiteSurvival();
    const callee = evenSamples(1500, 15, { site: 1, slots: [0] });
    const caller = evenSamples(3000, 15, { site: 2, slots: [0] }).filter(({ ordinal }) => ordinal > 1500);
    survival.push(
      read(
        4000,
        callee.filter(({ ordinal }) => ordinal <= 1000),
      ),
    );
    survival.push(read(8000, [...callee, ...caller.filter(({ ordinal }) => ordinal <= 2000)]));
    const judgement = survival.judge();
    expect(judgement.all.state).toBe('growing');
    expect(judgement.scopes.get(0)!.state).toBe('growing');
    const shares = judgement.siteShares(0);
    expect(shares.map(({ site }) => site).sort()).toEqual([1, 2]);
    expect(shares.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
  });

  it('forgets a slot that another scope gets', () => {
    const survival = new SiteSurvival();
    survival.push(read(4000, evenSamples(1000, 10, { site: 1, slots: [0] })));
    survival.push(read(8000, evenSamples(2000, 10, { site: 1, slots: [0] })));
    expect(survival.judge().scopes.get(0)?.state).toBe('growing');
    survival.forget(0);
    survival.push(read(12_000, evenSamples(2000, 10, { site: 1, slots: [] })));
    expect(survival.judge().scopes.get(0)).toBeUndefined();
  });

  it('gives an answer before any read, and after reads without samples', () => {
    const survival = new SiteSurvival();
    expect(survival.judge()).toMatchObject({ reads: 0, all: { state: 'quiet', gained: 0 } });
    for (const units of [4000, 4000, 8000]) survival.push(read(units, []));
    expect(survival.judge()).toMatchObject({ reads: 3, all: { state: 'quiet', p: 1, bytes: 0 } });
  });

  it('holds what nine reads hold after a thousand', () => {
    const survival = new SiteSurvival();
    for (let k = 1; k <= 1000; k++) {
      const alive = Array.from({ length: 50 }, (_, n) => ({
        ordinal: 50 * k + n,
        bytes: 1,
        site: n + 50 * (k % 3),
        slots: [],
      }));
      survival.push(read(3000 + 1000 * k, alive));
    }
    expect(survival.judge().sites.size).toBeLessThanOrEqual(150);
    expect(survival.judge().all.state).toBe('quiet');
  });

  it('has an interval of bytes per unit that holds the truth in nine of ten leaks', () => {
    const leak: Kept = { route: 0, bytes: 3000, life: forever, place: below(0, 1) };
    const sizes = SEEDS.map((seed) => {
      const { scopes } = judgements(generatedReads({ seed, kept: [leak], readAt: [7000, 11_000] })).at(-1)!;
      return sampledSize(scopes.get(0)!, scopes.get(0)!.units)!;
    });
    const held = sizes.filter(({ ci95: [low, high] }) => low <= 3000 && 3000 <= high);
    expect(held.length).toBeGreaterThanOrEqual(27);
  });
});
