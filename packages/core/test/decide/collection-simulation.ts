import { CollectionGrowth } from '../../src/decide/collection-growth.ts';
import { FIRST_SCOPE } from '../../src/measure/floor.ts';

/** Uniform in [0, 1), by seed. */
export function uniform(seed: number): () => number {
  let state = seed * 2654435761;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function poisson(mean: number, random: () => number): number {
  const limit = Math.exp(-Math.min(mean, 500));
  let [count, product] = [0, random()];
  while (product > limit) {
    count += 1;
    product *= random();
  }
  return count;
}

/** Requests per second at a second of the run. */
export type Load = (second: number, random: () => number) => number;

export const LOADS: Record<string, Load> = {
  steady: () => 30,
  bursty: (second, random) => (Math.floor(second / 40) % 5 === 0 ? 90 : 15) * (0.7 + 0.6 * random()),
  'that doubles': (second) => (second < 3600 ? 20 : 40),
  'of a day in fast motion': (second) => 30 + 25 * Math.sin(second / 900),
};

/** Shares of the routes; each wavers, as those of real traffic do. */
const SHARES = [0.4, 0.3, 0.2, 0.1];
/** Seconds that a request of each route takes. */
const TAKES = [0.05, 0.1, 0.3, 1];

/** Entries of a collection, second by second, from the requests that each route finished in it. */
export type Store = (random: () => number) => (finished: readonly number[], second: number, inFlight: number) => number;

export interface Outcome {
  /** Every verdict in its turn, without repeats. */
  verdicts: string[];
  growth: CollectionGrowth;
  units: number;
}

/** A run of three hours (or so many seconds) with a row each ten seconds. */
export function simulate(
  seed: number,
  { load, store, limit = null, seconds = 3 * 3600 }: { load: Load; store: Store; limit?: number | null; seconds?: number },
): Outcome {
  const random = uniform(seed);
  const entries = store(random);
  const growth = new CollectionGrowth({ prove: false });
  const units = SHARES.map(() => 0);
  const phases = SHARES.map(() => random() * 6.28);
  const verdicts: string[] = [];
  for (let second = 1; second <= seconds; second++) {
    const rate = load(second, random);
    const finished = SHARES.map((share, r) =>
      poisson(rate * share * (1 + 0.4 * Math.sin(second / (200 + 170 * r) + phases[r]!)), random),
    );
    for (const [r, count] of finished.entries()) units[r]! += count;
    const inFlight = finished.reduce((sum, count, r) => sum + poisson(count * TAKES[r]!, random), 0);
    const size = entries(finished, second, inFlight);
    if (second % 10 > 0) continue;
    const totalUnits = units.reduce((sum, count) => sum + count, 0);
    const sources = Float64Array.from([totalUnits, second, ...units]);
    growth.push({ timeMs: second * 1000, sources, inFlight, totalUnits }, [{ id: 1, size }]);
    const { verdict } = growth.judge(1, limit);
    if (verdicts.at(-1) !== verdict) verdicts.push(verdict);
  }
  return { verdicts, growth, units: units.reduce((sum, count) => sum + count, 0) };
}

/** Entries of one route's requests that are dropped after so many seconds, all at once where a sweep comes every so many. */
export function expiring(route: number, ttl: number, sweep = 1): Store {
  return () => {
    const born: number[] = [];
    let size = 0;
    let dropped = 0;
    return (finished, second) => {
      born.push(finished[route]!);
      size += finished[route]!;
      if (second % sweep === 0) while (dropped < born.length - ttl) size -= born[dropped++]!;
      return size;
    };
  };
}

/** A store of at most so many, fed by keys that come again: `keys` of them, a few much more often than most. */
export function bounded(route: number, max: number, keys: number): Store {
  return (random) => {
    const seen = new Set<number>();
    return (finished) => {
      for (let k = 0; k < finished[route]!; k++) if (seen.size < max) seen.add(Math.floor(keys * random() ** 3));
      return seen.size;
    };
  };
}

/** A buffer that is written out when it holds so many. */
export function batch(route: number, size: number): Store {
  return () => {
    let held = 0;
    return (finished) => {
      held = (held + finished[route]!) % size;
      return held;
    };
  };
}

/** What is kept of requests while they are in flight. */
export const inFlightOnly: Store = () => (_, __, inFlight) => inFlight;

/** A Map that forgets nothing: an entry of every so manyth request of a route, beside others that come and go. */
export function leaking(route: number, oneIn: number): Store {
  return (random) => {
    const others = expiring(0, 30)(random);
    let kept = 0;
    return (finished, second, inFlight) => {
      for (let k = 0; k < finished[route]!; k++) if (random() * oneIn < 1) kept += 1;
      return kept + others(finished, second, inFlight);
    };
  };
}

export const sourceOfRoute = (route: number): number => FIRST_SCOPE + route;
