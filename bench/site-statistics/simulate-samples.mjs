/**
 * A generated run of a server as V8's sampling heap profiler and the floors tell it: samples alive at each read, with
 * units in flight, and live heap every few hundred units. Bytes are sampled as a Poisson process, `bytes / interval` samples
 * on average, each standing for one interval. Time is counted in finished units.
 */
import { normal, poisson, seededRandom } from '../detection/random.mjs';

const MIX_EVERY = 700;
const WHITE_BYTES = 40_000;
const WALK_BYTES = 15_000;

export const forever = () => Number.POSITIVE_INFINITY;
export const exponential = (mean) => (random) => -mean * Math.log(1 - random());
export const fixed = (life) => () => life;

/** Index drawn by weight. */
export function draw(weights, random) {
  let rest = random() * weights.reduce((a, b) => a + b, 0);
  for (let r = 0; r < weights.length; r++) {
    rest -= weights[r];
    if (rest < 0) return r;
  }
  return weights.length - 1;
}

/** Below the route's own handler in `share` of the cases, else `elsewhere`: with no scope, in a set of scopes, in a middleware. */
export const placed = (route, share, elsewhere = { slots: [], site: 500 + route }) => {
  const own = { slots: [route], site: 10 + route };
  return (random) => (random() < share ? own : elsewhere);
};

/** Below any handler in `share` of the cases, as often as its route is called: what no route is to blame for. */
export const scattered = (shares, share, elsewhere) => (random) => {
  if (random() >= share) return elsewhere;
  return { slots: [draw(shares, random)], site: 900 };
};

/** What has been allocated and when it dies. */
class Heap {
  bytes = 2e7;
  ordinal = 0;
  inFlight = 0;
  #alive = [];
  #due = new Map();

  /** @param {number} samples the profiler took of it */
  keep(bytes, until, samples, at) {
    this.bytes += bytes;
    this.#later(until, -bytes, 0);
    for (let n = 0; n < samples; n++) this.#alive.push({ ordinal: ++this.ordinal, until, ...at() });
  }

  fly(until) {
    this.inFlight += 1;
    this.#later(until, 0, -1);
  }

  advance(unit) {
    const due = this.#due.get(unit);
    if (due === undefined) return;
    this.bytes += due.bytes;
    this.inFlight += due.flights;
    this.#due.delete(unit);
  }

  samplesAt(unit, interval) {
    this.#alive = this.#alive.filter(({ until }) => until > unit);
    return this.#alive.map(({ ordinal, slots, site, role }) => ({
      ordinal,
      bytes: interval,
      slots,
      site,
      ...(role && { role }),
    }));
  }

  #later(until, bytes, flights) {
    if (!Number.isFinite(until)) return;
    const at = Math.ceil(until);
    const due = this.#due.get(at) ?? { bytes: 0, flights: 0 };
    this.#due.set(at, { bytes: due.bytes + bytes, flights: due.flights + flights });
  }
}

/**
 * @param {object} world
 *   shares: of traffic, by route · keeps: what stays: { route (null: every unit), bytes, life(random, unit), place(random), every?, from?, to? }
 *   mixSd: log-normal change of the mix every 700 units · follows: { leader, follower, ratio }
 *   inFlight: units in flight on average · inFlightBytes: of each · allocated: bytes per unit, garbage included
 *   streams: share of units that are thousands of units long · before: units before the profiler is started
 * @param {{ seed: number, interval: number, readAt: number[], rowEvery?: number }} run units at which to read; floors every so many units
 * @returns {{ start: object, reads: object[], rows: object[] }} counts when the profiler was started, one entry a read, one a floor
 */
export function simulateSamples(world, { seed, interval, readAt, rowEvery = 400 }) {
  const random = seededRandom(seed);
  const { shares, keeps, mixSd = 0, inFlight = 40, inFlightBytes = 9000, allocated = 50_000 } = world;
  const before = world.before ?? 1000;
  const end = readAt.at(-1);
  const heap = new Heap();
  const slotUnits = new Float64Array(shares.length);
  const reads = [];
  const rows = [];
  let start = null;
  let units = 0;
  let weights = shares;
  let walk = 0;

  const sampled = (bytes) => (units < before ? 0 : poisson(bytes / interval, random));
  const floor = () => heap.bytes + walk + WHITE_BYTES * normal(random);
  const counts = () => ({ units, slotUnits: slotUnits.slice(), timeMs: units });
  const finish = (route) => {
    slotUnits[route] += 1;
    units += 1;
    heap.advance(units);
    if (units >= before) heap.ordinal += poisson(allocated / interval, random);
    const mean = random() < (world.streams ?? 0) ? 3000 : inFlight;
    const landed = units - mean * Math.log(1 - random());
    heap.fly(landed);
    heap.keep(inFlightBytes, landed, sampled(inFlightBytes), () => placeOfFlight(route, random));
    for (const kept of keeps) {
      if ((kept.route ?? route) !== route || units < (kept.from ?? 0) || units > (kept.to ?? end)) continue;
      if (kept.every !== undefined && random() * kept.every > 1) continue;
      const until = units + kept.life(random, units);
      heap.keep(kept.bytes, until, sampled(kept.bytes), () => kept.place(random));
    }
    if (units === before) start = counts();
    if (units % rowEvery === 0) {
      walk += WALK_BYTES * normal(random);
      rows.push({ ...counts(), heapBytes: floor(), inFlight: heap.inFlight });
    }
    if (units === readAt[reads.length])
      reads.push({ ...counts(), heapBytes: floor(), samples: heap.samplesAt(units, interval) });
  };

  while (units < end) {
    if (mixSd > 0 && units % MIX_EVERY === 0)
      weights = shares.map((weight) => weight * Math.exp(mixSd * normal(random)));
    const route = draw(weights, random);
    finish(route);
    const { leader, follower, ratio } = world.follows ?? {};
    if (route === leader && random() < ratio && units < end) finish(follower);
  }
  return { start: start ?? { units: 0, slotUnits: new Float64Array(shares.length) }, reads, rows };
}

function placeOfFlight(route, random) {
  if (random() < 0.4) return { slots: [route], site: 1000 + route };
  return { slots: [], site: 999, role: 'requests' };
}
