/** Healthy apps and leaks for the bench of sites, from parameters.json. */
import { seededRandom } from '../detection/random.mjs';
import { draw, exponential, fixed, forever, placed, scattered } from './simulate-samples.mjs';

const nowhere = (route) => ({ slots: [], site: 500 + route });
const store = (route, bytes, life, extra = {}) => ({
  route,
  bytes,
  life,
  place: placed(route, 0.62),
  ...extra,
});

/** Warm-up that slows down, as it was fitted on recorded traces: `bytes * log(1 + all units / units)`. */
function warmUp({ shares, warmUp: { bytes, units } }) {
  const each = 30_000;
  const life = (random, done) => (random() < bytes / each / (done + units) ? Number.POSITIVE_INFINITY : 1);
  const place = scattered(shares, 0.3, { slots: [], site: 901 });
  return { route: null, bytes: each, life, place };
}

/** Apps that do not leak. A store that is full before the profiler is started has its entries replaced under it. */
export function healthyWorlds(p) {
  const base = { shares: p.shares, mixSd: p.mixSd, before: p.before, keeps: [] };
  const steady = [
    store(0, 3000, exponential(300)),
    store(3, 5000, exponential(1500)),
    store(5, 20_000, fixed(3000)),
  ];
  return {
    'nothing kept': base,
    'warming up': { ...base, keeps: [warmUp(p)] },
    'full stores of three lifetimes, 300 to 3,000 units': { ...base, before: 20_000, keeps: steady },
    'a full store, entries live 10,000 units': {
      ...base,
      before: 12_000,
      keeps: [store(0, 3000, fixed(10_000))],
    },
    'entries of 1 MB': { ...base, before: 8000, keeps: [store(2, 1e6, exponential(3000), { every: 10 })] },
    'LRU, full after 8,000 units': { ...base, keeps: [store(0, 3000, fixed(8000))] },
    'LRU of 4,000 entries, not full in this run': { ...base, keeps: [store(3, 3000, fixed(57_000))] },
    'streams of thousands of units': { ...base, streams: 0.03 },
    'time window, load doubles': {
      ...base,
      before: 6000,
      keeps: [store(0, 3000, (_, unit) => (unit < 14_000 ? 2000 : 4000))],
    },
    'burst of 600 units': { ...base, keeps: [store(2, 20_000, fixed(4000), { from: 9000, to: 9600 })] },
  };
}

/** Below the handler in a share that differs from app to app, 0.63 on average; the rest nowhere or in a set of routes. */
function placeOfLeak(route, seed, shares) {
  const random = seededRandom(seed ^ 0x5bd1e995);
  const handlers = 0.02 + 0.98 * random() ** 0.6;
  const others = [draw(shares, random), draw(shares, random)];
  const slots = [...new Set([route, ...others])];
  const sets = random();
  const set =
    slots.length > 1 && random() < 0.5 ? { slots, site: 700 + route, role: 'learned' } : nowhere(route);
  return (drawn) => {
    if (drawn() < handlers) return { slots: [route], site: 10 + route };
    return drawn() < sets ? set : nowhere(route);
  };
}

/** A leak beside a steady store of another route and warm-up. */
export function leakWorld(p, { route, bytes }, seed) {
  const leak = { route, bytes, life: forever, place: placeOfLeak(route, seed, p.shares) };
  return {
    shares: p.shares,
    mixSd: p.mixSd,
    before: p.before,
    keeps: [leak, store(3, 5000, exponential(1500)), warmUp(p)],
  };
}

/** Cases that are hard to name: what to simulate, by seed, and the route that is right, null for none. */
export function hardCases(p) {
  const bytes = 4000;
  const withPlace = (route, place) => (seed) => {
    const world = leakWorld(p, { route: route ?? 0, bytes }, seed);
    world.keeps[0] = { route, bytes: route === null ? bytes / 4 : bytes, life: forever, place };
    return world;
  };
  const everywhere = { slots: p.shares.map((_, route) => route), site: 800, role: 'middleware' };
  return {
    'route that always follows another': {
      route: 6,
      world: (seed) => ({
        ...leakWorld(p, { route: 6, bytes }, seed),
        follows: { leader: 5, follower: 6, ratio: 0.95 },
      }),
    },
    'repository function of three routes': {
      route: 4,
      world: withPlace(4, placed(4, 0.1, { slots: [1, 4, 8], site: 801, role: 'learned' })),
    },
    'middleware of every route': {
      route: null,
      world: withPlace(null, scattered(p.shares, 0.1, everywhere)),
    },
  };
}
