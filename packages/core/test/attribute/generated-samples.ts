import type { SurvivalRead, SurvivorSample, UnitCounts } from '../../src/attribute/survival-read.ts';
import { seededRandom } from './generated-rows.ts';

type Random = () => number;
type Place = Pick<SurvivorSample, 'site' | 'slots' | 'role'>;

/** Something that units of a route (null: of any) keep. */
export interface Kept {
  route: number | null;
  bytes: number;
  /** How many units it stays. */
  life: (random: Random, unit: number) => number;
  place: (random: Random) => Place;
}

export const SHARES: readonly number[] = [0.4, 0.3, 0.2, 0.1];

function poisson(mean: number, random: Random): number {
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = random(); product > limit; product *= random()) count += 1;
  return count;
}

function drawn(random: Random): number {
  let rest = random();
  return Math.max(
    0,
    SHARES.findIndex((share) => {
      rest -= share;
      return rest < 0;
    }),
  );
}

export const forever = (): number => Number.POSITIVE_INFINITY;
export const exponential =
  (mean: number) =>
  (random: Random): number =>
    -mean * Math.log(1 - random());

/** Below the handler in `share` of the cases. */
export const below =
  (route: number, share: number, site = 10 + route) =>
  (random: Random): Place =>
    random() < share ? { site, slots: [route] } : { site: 500 + route, slots: [] };

/**
 * Reads of a profiler on a server of four routes with 30 units in flight on average, each of 9 KB: bytes sampled as a Poisson
 * process, 50 KB allocated per unit.
 */
export function generatedReads(options: {
  seed: number;
  kept: readonly Kept[];
  readAt: readonly number[];
  interval?: number;
  before?: number;
}): { start: UnitCounts; reads: (SurvivalRead & { heapBytes: number })[] } {
  const { seed, kept, readAt, interval = 65_536, before = 3000 } = options;
  const random = seededRandom(seed);
  const slotUnits = new Float64Array(SHARES.length);
  const reads: (SurvivalRead & { heapBytes: number })[] = [];
  let start: UnitCounts = { units: 0 };
  let alive: (SurvivorSample & { until: number })[] = [];
  let heap: { bytes: number; until: number }[] = [];
  let ordinal = 0;
  for (let units = 1; units <= readAt.at(-1)!; units++) {
    const route = drawn(random);
    slotUnits[route]! += 1;
    if (units >= before) ordinal += poisson(50_000 / interval, random);
    const flight: Kept = {
      route,
      bytes: 9000,
      life: exponential(30),
      place: (r) => (r() < 0.4 ? { site: 100, slots: [route] } : { site: 101, slots: [], role: 'requests' }),
    };
    for (const each of [flight, ...kept]) {
      const { bytes, life, place } = each;
      if ((each.route ?? route) !== route) continue;
      const until = units + life(random, units);
      // Flights come and go, and only blur the floor.
      if (each !== flight) heap.push({ bytes, until });
      if (units < before) continue;
      for (let n = poisson(bytes / interval, random); n > 0; n--)
        alive.push({ ordinal: ++ordinal, bytes: interval, until, ...place(random) });
    }
    if (units === before) start = { units, slotUnits: slotUnits.slice() };
    if (units !== readAt[reads.length]) continue;
    alive = alive.filter(({ until }) => until > units);
    heap = heap.filter(({ until }) => until > units);
    const heapBytes = heap.reduce((sum, { bytes }) => sum + bytes, 0);
    const samples = alive.map(({ until: _, ...sample }) => sample);
    reads.push({ units, slotUnits: slotUnits.slice(), heapBytes, samples });
  }
  return { start, reads };
}
