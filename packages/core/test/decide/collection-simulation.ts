import { CollectionGrowth } from '../../src/decide/collection-growth.ts';
import { seededRandom } from '../attribute/generated-rows.ts';
import { type Load, poisson } from './traffic.ts';

/** Seconds between rows; all that happens is drawn for so long at once. */
const STEP = 10;

/** Seconds between reports. */
const LOOK = 120;

/** Shares of the routes; each wavers, as those of real traffic do. */
const SHARES = [0.4, 0.3, 0.2, 0.1];
/** Seconds that a request of each route takes. */
const TAKES = [0.05, 0.1, 0.3, 1];

/** What the routes did in one step. */
interface Step {
  second: number;
  /** Requests of each route. */
  finished: readonly number[];
  inFlight: number;
}

/** Entries of a collection, step by step; made anew for every run. */
export type Store = (random: () => number) => (step: Step) => number;

export interface Outcome {
  /** Every verdict in its turn, without repeats. */
  verdicts: string[];
  growth: CollectionGrowth;
}

/** A run of so many seconds. */
export function simulate(
  seed: number,
  run: { load: Load; store: Store; limit?: number; seconds?: number },
): Outcome {
  const { load, store, limit = null, seconds = 3 * 3600 } = run;
  const random = seededRandom(seed);
  const entries = store(random);
  const growth = new CollectionGrowth({ prove: false });
  const units = SHARES.map(() => 0);
  const phases = SHARES.map(() => random() * 6.28);
  const verdicts: string[] = [];
  for (let second = STEP; second <= seconds; second += STEP) {
    const rates = SHARES.map(
      (share, r) =>
        load(second, random) * share * (1 + 0.4 * Math.sin(second / (200 + 170 * r) + phases[r]!)),
    );
    const finished = rates.map((rate) => poisson(STEP * rate, random));
    const inFlight = rates.reduce((sum, rate, r) => sum + poisson(rate * TAKES[r]!, random), 0);
    for (const [r, count] of finished.entries()) units[r]! += count;
    const totalUnits = units.reduce((sum, count) => sum + count, 0);
    const sources = Float64Array.from([totalUnits, second, ...units]);
    const size = entries({ second, finished, inFlight });
    growth.push({ timeMs: second * 1000, sources, inFlight, totalUnits }, [{ id: 1, size }]);
    if (second % LOOK > 0) continue;
    const { verdict } = growth.judge(1, limit);
    if (verdicts.at(-1) !== verdict) verdicts.push(verdict);
  }
  return { verdicts, growth };
}

/** An entry of each request of a route, dropped after so many seconds: at once, or when a sweep comes every so many. */
export function expiring(route: number, ttl: number, sweep: number = STEP): Store {
  return () => {
    const born: number[] = [];
    let [size, dropped] = [0, 0];
    return ({ second, finished }) => {
      born.push(finished[route]!);
      size += finished[route]!;
      if (second % sweep === 0) while (dropped < born.length - ttl / STEP) size -= born[dropped++]!;
      return size;
    };
  };
}

/** A store of at most so many, fed by keys that come again: `keys` of them, a few much more often than most. */
export function bounded(route: number, max: number, keys: number): Store {
  return (random) => {
    const seen = new Set<number>();
    return ({ finished }) => {
      for (let k = 0; k < finished[route]! && seen.size < max; k++)
        seen.add(Math.floor(keys * random() ** 3));
      return seen.size;
    };
  };
}

/** A buffer that is written out when it holds so many. */
export function batch(route: number, size: number): Store {
  return () => {
    let held = 0;
    return ({ finished }) => {
      held = (held + finished[route]!) % size;
      return held;
    };
  };
}

/** What is kept of requests while they are in flight. */
export const inFlightOnly: Store =
  () =>
  ({ inFlight }) =>
    inFlight;

/** A Map that forgets nothing: an entry of every so manyth request of a route, beside others that come and go. */
export function leaking(route: number, oneIn: number): Store {
  return (random) => {
    const others = expiring(0, 30)(random);
    let requests = 0;
    return (step) => {
      requests += step.finished[route]!;
      return Math.floor(requests / oneIn) + others(step);
    };
  };
}
