import { describe, expect, it } from 'vitest';
import { CollectionGrowth } from '../../src/decide/collection-growth.ts';
import { BACKGROUND, EVERY_REQUEST, FIRST_SCOPE } from '../../src/measure/floor.ts';
import {
  batch,
  bounded,
  expiring,
  inFlightOnly,
  leaking,
  type Store,
  simulate,
} from './collection-simulation.ts';
import { LOADS } from './traffic.ts';

const SEEDS = Array.from({ length: 10 }, (_, k) => k + 1);

const HEALTHY: Record<string, Store> = {
  'a Map whose entries expire after a minute': expiring(1, 60),
  'a Map that is swept every two minutes of what is older than ten': expiring(0, 600, 120),
  'a Map of sessions of half an hour': expiring(0, 1800),
  'an LRU cache of 2,000 that fills, and is full': bounded(0, 2000, 1e6),
  'an LRU cache of 20,000 that takes half an hour to fill': bounded(0, 20_000, 1e7),
  'a batch of 500 that empties': batch(0, 500),
  'a batch of 5,000 that empties': batch(0, 5000),
  'what is kept of requests in flight': inFlightOnly,
};

describe('healthy collections', () => {
  describe.each(Object.entries(HEALTHY))('%s', (_, store) => {
    it.each(Object.entries(LOADS))(
      'is never leaking, and stable after three hours, under load that is %s',
      (_load, load) => {
        const runs = SEEDS.map((seed) => simulate(seed, { load, store }).verdicts);
        expect(runs.filter((verdicts) => verdicts.includes('leaking'))).toEqual([]);
        const ends = runs.filter((verdicts) => verdicts.at(-1) === 'growing');
        // A batch that takes most of an hour to fill may be filling just then.
        expect(ends.length).toBeLessThanOrEqual(1);
      },
    );
  });

  it.each([
    'a Map whose entries expire after a minute',
    'what is kept of requests in flight',
    'a batch of 500 that empties',
  ])('%s hardly ever seems to grow', (name) => {
    const runs = Object.values(LOADS).flatMap((load) =>
      SEEDS.map((seed) => simulate(seed, { load, store: HEALTHY[name]! }).verdicts),
    );
    expect(runs.filter((verdicts) => verdicts.includes('growing')).length).toBeLessThanOrEqual(
      0.1 * runs.length,
    );
  });

  it('one that says its limit is not leaking before it is full, however long that takes', () => {
    const run = { load: LOADS.steady!, store: leaking(0, 1), limit: 1e6 };
    expect(simulate(1, run).verdicts.at(-1)).toBe('growing');
    expect(simulate(1, run).verdicts).not.toContain('leaking');
    expect(simulate(1, { ...run, limit: 20_000 }).verdicts.at(-1)).toBe('leaking');
  });
});

describe('a Map that forgets nothing', () => {
  it.each(Object.entries(LOADS))(
    'is leaking with the right route and size, under load that is %s',
    (_, load) => {
      for (const [route, oneIn] of [
        [0, 1],
        [1, 1],
        [2, 1],
      ] as const) {
        const found = SEEDS.map((seed) =>
          simulate(seed, { load, store: leaking(route, oneIn), seconds: 2 * 3600 }).growth.judge(1),
        );
        expect(found.map(({ verdict }) => verdict)).toEqual(SEEDS.map(() => 'leaking'));
        expect(found.map(({ source }) => source)).toEqual(SEEDS.map(() => FIRST_SCOPE + route));
        const errors = found.map(({ perUnit }) => Math.abs(perUnit! * oneIn - 1)).sort((a, b) => a - b);
        expect(errors[SEEDS.length >> 1]).toBeLessThan(0.05);
        const covered = found.filter(({ ci95 }) => ci95![0] <= 1 / oneIn && ci95![1] >= 1 / oneIn);
        expect(covered.length).toBeGreaterThanOrEqual(0.9 * SEEDS.length);
      }
    },
  );

  it('is growing long before it is leaking', () => {
    const seconds = [360, 1200, 3600, 2 * 3600];
    const verdicts = seconds.map((length) =>
      simulate(1, { load: LOADS.steady!, store: leaking(0, 1), seconds: length }).verdicts.at(-1),
    );
    expect(verdicts).toEqual(['warming-up', 'growing', 'growing', 'leaking']);
  });
});

describe('collections', () => {
  /** Half an hour of two routes, the second one bursty. */
  function push(
    growth: CollectionGrowth,
    sizesOf: (units: readonly number[], row: number) => Record<number, number | null>,
  ) {
    const units = [0, 0];
    for (let row = 1; row <= 180; row++) {
      units[0]! += 100;
      units[1]! += 40 + 60 * Math.round(2 * Math.abs(Math.sin(row * row)));
      const totalUnits = units[0]! + units[1]!;
      const sources = Float64Array.from([totalUnits, 10 * row, ...units]);
      const sizes = Object.entries(sizesOf(units, row)).map(([id, size]) => ({ id: Number(id), size }));
      growth.push({ timeMs: 10_000 * row, sources, inFlight: row % 7, totalUnits }, sizes);
    }
  }

  it('fed by several routes or by time alone follow no route', () => {
    const growth = new CollectionGrowth({ prove: true });
    push(growth, (units, row) => ({ 1: units[0]! + units[1]!, 2: 50 * row + (row % 3) }));
    expect(growth.judge(1)).toMatchObject({ verdict: 'leaking', source: EVERY_REQUEST });
    expect(growth.judge(1).perUnit).toBeCloseTo(1, 1);
    // Time and a route of constant rate are one and the same here.
    const { source, credible, perUnit } = growth.judge(2);
    const candidates = [source, ...credible.map((candidate) => candidate.source)];
    expect(candidates).toContain(BACKGROUND);
    if (source === BACKGROUND) expect(perUnit).toBeNull();
  });

  it('whose size could not be read for a while go on from where they were', () => {
    const growth = new CollectionGrowth({ prove: true });
    push(growth, (units, row) => ({ 1: row % 10 === 0 ? null : units[1]! }));
    expect(growth.judge(1)).toMatchObject({ verdict: 'leaking', source: FIRST_SCOPE + 1 });
  });

  it('that have ended are forgotten, and eight that grow are attributed, the largest first', () => {
    const growth = new CollectionGrowth({ prove: true });
    push(growth, (units) =>
      Object.fromEntries(Array.from({ length: 12 }, (_, id) => [id, units[1]! * (id + 1)])),
    );
    const named = Array.from({ length: 12 }, (_, id) => growth.judge(id).source !== null);
    expect(named).toEqual([...Array(4).fill(false), ...Array(8).fill(true)]);
    expect(growth.judge(0).verdict).toBe('leaking');
    growth.push({ timeMs: 2e6, sources: [0, 0, 0, 0], inFlight: 0, totalUnits: 1e6 }, [{ id: 3, size: 1 }]);
    expect(growth.judge(0).verdict).toBe('warming-up');
    expect(growth.judge(3).verdict).not.toBe('warming-up');
  });

  it('speak of the route that feeds them, and of none that lost its place', () => {
    const growth = new CollectionGrowth({ prove: true });
    push(growth, (units) => ({ 1: units[1]! }));
    expect(growth.spokenOf).toEqual(new Set([FIRST_SCOPE + 1]));
    growth.forget(FIRST_SCOPE + 1);
    expect(growth.spokenOf.has(FIRST_SCOPE + 1)).toBe(false);
  });
});
