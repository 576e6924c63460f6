/**
 * A generated run of a server as V8's sampling heap profiler tells it: samples that are alive at a read, with their
 * ordinals, while units are in flight. Bytes are sampled as a Poisson process: `bytes / interval` samples on average,
 * each standing for one interval.
 *
 * Time is counted in finished units; a sample dies after a number of units.
 */
import { normal, poisson, seededRandom } from './random.mjs';

/**
 * @param {object} world
 *   shares: share of traffic per route · keeps: what stays, see below · mixSd: log-normal change of the mix every 700 units
 *   inFlight: units in flight on average · inFlightBytes: of each · allocated: bytes per unit, garbage included
 *   streams: share of units that live for thousands of units · pace(unit): rate of traffic, for what ends by time
 *   before: units before the profiler was started
 *   keeps: { route (or null: every unit), bytes, life(random, unit) in units, place(random) -> { slots, site, role? }, from?, every? }
 * @param {{ seed: number, interval: number, readAt: number[] }} run
 * @returns {{ units: number, slotUnits: Float64Array, heapBytes: number, samples: object[] }[]} one entry a read
 */
export function simulateReads(world, { seed, interval, readAt }) {
  const random = seededRandom(seed);
  const { shares, keeps, mixSd = 0, inFlight = 40, inFlightBytes = 9000, allocated = 50_000 } = world;
  const before = world.before ?? 1000;
  const end = readAt.at(-1);
  const slotUnits = new Float64Array(shares.length);
  let alive = [];
  let ordinal = 0;
  let weights = shares;
  const reads = [];
  let heapBytes = 2e7;
  const frees = new Map();
  const keep = (unit, { bytes, life, place }) => {
    const until = unit + life(random, unit);
    heapBytes += bytes;
    if (until < end) frees.set(Math.ceil(until), (frees.get(Math.ceil(until)) ?? 0) + bytes);
    if (unit < before) return;
    for (let n = poisson(bytes / interval, random); n > 0; n--) {
      ordinal += 1;
      if (until > nextRead()) alive.push({ ordinal, bytes: interval, until, ...place(random) });
    }
  };
  const nextRead = () => readAt[reads.length] ?? end;
  const flights = (route) => ({
    bytes: inFlightBytes,
    life: () => (random() < (world.streams ?? 0) ? 3000 : inFlight) * -Math.log(1 - random()),
    place: () => (random() < 0.4 ? { slots: [route], site: 1000 + route } : { slots: [], site: 999, role: 'requests' }),
  });
  for (let unit = 0; unit <= end; unit++) {
    if (mixSd > 0 && unit % 700 === 0) weights = shares.map((w) => w * Math.exp(mixSd * normal(random)));
    heapBytes -= frees.get(unit) ?? 0;
    frees.delete(unit);
    const route = pick(weights, random);
    slotUnits[route] += 1;
    if (unit >= before) ordinal += poisson(allocated / interval, random);
    keep(unit, flights(route));
    for (const kept of keeps) {
      if (kept.route !== null && kept.route !== route) continue;
      if (unit < (kept.from ?? 0) || unit > (kept.to ?? end)) continue;
      if (kept.every !== undefined && random() * kept.every > 1) continue;
      keep(unit, kept);
    }
    if (unit !== nextRead()) continue;
    alive = alive.filter(({ until }) => until > unit);
    reads.push({
      units: unit,
      slotUnits: slotUnits.slice(),
      heapBytes: heapBytes + 40_000 * normal(random),
      samples: alive.map(({ ordinal, bytes, slots, site, role }) => ({ ordinal, bytes, slots, site, ...(role && { role }) })),
    });
  }
  return reads;
}

function pick(weights, random) {
  let rest = random() * weights.reduce((a, b) => a + b, 0);
  for (let r = 0; r < weights.length; r++) {
    rest -= weights[r];
    if (rest < 0) return r;
  }
  return weights.length - 1;
}

export const forever = () => Number.POSITIVE_INFINITY;
export const exponential = (mean) => (random) => -mean * Math.log(1 - random());
export const fixed = (life) => () => life;

/** Below the route's own handler in `share` of the cases, else with no scope on the stack. */
export const placed =
  (route, share, { site = 10 + route, elsewhere = { slots: [], site: 500 + route } } = {}) =>
  (random) =>
    random() < share ? { slots: [route], site } : elsewhere;
