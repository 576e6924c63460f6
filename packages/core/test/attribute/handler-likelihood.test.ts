import { describe, expect, it } from 'vitest';
import { credibleSet } from '../../src/attribute/credible-set.ts';
import { handlerLikelihood } from '../../src/attribute/handler-likelihood.ts';
import type { NamingSamples } from '../../src/attribute/place-model.ts';
import type { SurvivorSample } from '../../src/attribute/survival-read.ts';
import { BACKGROUND, EVERY_REQUEST, FIRST_SCOPE } from '../../src/measure/floor.ts';
import { seededRandom } from './generated-rows.ts';

const SHARES = [0.4, 0.2, 0.1, 0.1, 0.08, 0.06, 0.04, 0.02];
const SOURCES = FIRST_SCOPE + SHARES.length;

function samples(slots: readonly number[], count: number, role?: 'middleware'): SurvivorSample[] {
  return Array.from({ length: count }, () => ({
    ordinal: 0,
    bytes: 1,
    site: 1,
    slots,
    ...(role && { role }),
  }));
}

function naming(gained: SurvivorSample[], died: SurvivorSample[] = []): NamingSamples {
  const unitsOf = (slot: number | null): number => 5000 * (slot === null ? 1 : SHARES[slot]!);
  return { gained, died, dispersion: 1, unitsOf };
}

const candidates = (given: NamingSamples, known?: readonly number[]) =>
  credibleSet(handlerLikelihood(given, SOURCES, known), 0.95);

/** A leak whose share below the handler differs from app to app, beside what the innocent gain and lose. */
function app(seed: number): { truth: number; given: NamingSamples } {
  const random = seededRandom(seed);
  const drawn = (): number => {
    let rest = random();
    return Math.max(
      0,
      SHARES.findIndex((share) => {
        rest -= share;
        return rest < 0;
      }),
    );
  };
  const leaker = drawn();
  const handlers = 0.02 + 0.98 * random() ** 0.6;
  const set = random() < 0.5 ? [...new Set([leaker, drawn(), drawn()])] : [];
  const count = Math.round(8 * 25 ** random());
  const leaked = Array.from({ length: count }, () =>
    random() < handlers ? samples([leaker], 1) : samples(random() < 0.5 && set.length > 1 ? set : [], 1),
  ).flat();
  const innocent = (): SurvivorSample[] =>
    Array.from({ length: Math.round(count * random() * 0.6) }, () =>
      samples(random() < 0.4 ? [] : [drawn()], 1),
    ).flat();
  return { truth: FIRST_SCOPE + leaker, given: naming([...leaked, ...innocent()], innocent()) };
}

describe('handlerLikelihood', () => {
  it('names the scope whose handler is below most samples', () => {
    const [top] = candidates(naming([...samples([3], 20), ...samples([], 12)]));
    expect(top).toMatchObject({ source: FIRST_SCOPE + 3 });
    expect(top!.probability).toBeGreaterThan(0.9);
  });

  it('is right in nine of ten apps where it says 0.9, over 400 seeds with shares of 2 % to all below the handler', () => {
    const said = { sure: 0, right: 0, inSet: 0 };
    for (let seed = 20_001; seed <= 20_400; seed++) {
      const { truth, given } = app(seed);
      const set = candidates(given);
      if (set.some(({ source }) => source === truth)) said.inSet += 1;
      if (set[0]!.probability < 0.9) continue;
      said.sure += 1;
      if (set[0]!.source === truth) said.right += 1;
    }
    expect(said.sure).toBeGreaterThan(200);
    expect(said.right / said.sure).toBeGreaterThan(0.9);
    expect(said.inSet / 400).toBeGreaterThan(0.9);
  });

  it('leaves the members of a set of callers to the floors', () => {
    const likelihood = handlerLikelihood(naming(samples([1, 4, 6], 40)), SOURCES);
    const members = [1, 4, 6].map((slot) => likelihood[FIRST_SCOPE + slot]!);
    for (const member of members) {
      expect(member).toBeCloseTo(members[0]!);
      expect(member).toBeGreaterThan(likelihood[FIRST_SCOPE]! + 4);
    }
  });

  it('takes samples in a middleware of all routes for what every request leaks, and forces no route', () => {
    const all = SHARES.map((_, slot) => slot);
    const [top] = candidates(
      naming([...samples(all, 30, 'middleware'), ...samples([0], 4), ...samples([1], 1)]),
    );
    expect(top!.source).toBe(EVERY_REQUEST);
    expect(top!.probability).toBeGreaterThan(0.9);
  });

  it('cannot tell time from requests where no scope is on any stack, and excludes no scope for it', () => {
    const likelihood = handlerLikelihood(naming(samples([], 12)), SOURCES);
    expect(Math.abs(likelihood[EVERY_REQUEST]! - likelihood[BACKGROUND]!)).toBeLessThan(2);
    expect(likelihood[FIRST_SCOPE]!).toBeGreaterThan(likelihood[EVERY_REQUEST]! - 5);
  });

  it('holds what the innocent keep and let go against nobody', () => {
    const store = samples([2], 20);
    const [top] = candidates(naming([...store, ...samples([5], 15)], store));
    expect(top!.source).toBe(FIRST_SCOPE + 5);
  });

  it('believes samples that come in heaps less', () => {
    const given = naming([...samples([3], 9), ...samples([], 6)]);
    const [alone, heaps] = [given, { ...given, dispersion: 6 }].map(
      (each) => candidates(each)[0]!.probability,
    );
    expect(heaps!).toBeLessThan(alone!);
  });

  it('leaves out the samples of sources whose growth is known', () => {
    const given = naming([...samples([0], 40), ...samples([6], 15)]);
    expect(candidates(given)[0]!.source).toBe(FIRST_SCOPE);
    expect(candidates(given, [FIRST_SCOPE])[0]!.source).toBe(FIRST_SCOPE + 6);
  });

  it('says nothing without samples, except of scopes that had no units', () => {
    const likelihood = handlerLikelihood(naming([]), SOURCES);
    for (const value of likelihood) expect(value).toBeCloseTo(likelihood[0]!);
    const idle = { ...naming([]), unitsOf: (slot: number | null) => (slot === 1 ? 0 : 100) };
    const without = handlerLikelihood(idle, SOURCES);
    expect(without[FIRST_SCOPE + 1]!).toBeLessThan(without[FIRST_SCOPE]! - 4);
  });
});
