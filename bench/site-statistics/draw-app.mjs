/** Where samples lie in an app that leaks, drawn at random: for the calibration of names, without a run of the server. */
import { normal, poisson, seededRandom } from '../detection/random.mjs';
import { draw } from './simulate-samples.mjs';

const ROUTES = 12;
const shares = Array.from({ length: ROUTES }, (_, route) => 1 / (route + 1));
const total = shares.reduce((a, b) => a + b, 0);

/** Shares below the handler of the leaking route, as on real apps: 0.63 on average. */
const HANDLER_SHARES = [0.02, 0.05, 0.1, 0.25, 0.29, 0.3, 0.5, 0.6, 0.67, 0.7, 0.77, 0.8, 0.9, 0.93, 0.98, 1];

/** What each kind of leak is; `source` of one of a route is its route plus 2. */
export const KINDS = {
  'below its handler': {},
  'beside much that comes and goes': { innocent: 1.5 },
  'in a function of two to four routes': { below: 0.2, callers: [2, 4] },
  'in a function of all routes': { below: 0.2, callers: [ROUTES, ROUTES] },
  'in a middleware': { of: 'every', middleware: true },
  'of every request, nowhere': { of: 'every' },
};

const none = (random) => ({ slots: [], role: random() < 0.5 ? 'requests' : 'unknown' });

function callersOf(leaker, [least, most], random) {
  const size = least + Math.floor(random() * (most - least + 1));
  const set = new Set([leaker]);
  while (set.size < size) set.add(Math.floor(random() * ROUTES));
  return [...set];
}

function leakedPlace(kind, random) {
  if (kind.of === 'every') {
    const below = random() * 0.6;
    const middleware = kind.middleware ? 0.4 + 0.6 * random() : 0;
    const slots = shares.map((_, route) => route);
    return () => {
      if (random() < middleware) return { slots, role: 'middleware' };
      return random() < below ? { slots: [draw(shares, random)] } : none(random);
    };
  }
  const { leaker } = kind;
  const drawn = HANDLER_SHARES[Math.floor(random() * HANDLER_SHARES.length)] + 0.05 * normal(random);
  const below = Math.min(1, Math.max(0, drawn)) * (kind.below ?? 1);
  const known = random() < 0.3 ? 0 : random();
  const slots = callersOf(leaker, kind.callers ?? [2, 3], random);
  return () => {
    if (random() < below) return { slots: [leaker] };
    return random() < known ? { slots, role: 'learned' } : none(random);
  };
}

/** Innocent samples come in clusters of up to three, over routes that are not as popular as they are busy. */
function innocent(count, random) {
  const weights = shares.map((share) => share * Math.exp(normal(random)));
  const nowhere = 0.2 + 0.5 * random();
  const cluster = 1 + Math.floor(random() * 3);
  return () =>
    Array.from({ length: poisson(count / cluster, random) }, () => {
      const place = random() < nowhere ? none(random) : { slots: [draw(weights, random)] };
      return Array.from({ length: cluster }, () => place);
    }).flat();
}

/** @returns {{ source: number, samples: object }} the true source, and what a naming rests on */
export function drawApp(name, seed) {
  const random = seededRandom(seed);
  const leaker = draw(shares, random);
  const kind = { ...KINDS[name], leaker };
  const count = Math.round(8 * 25 ** random());
  const place = leakedPlace(kind, random);
  const others = innocent(count * random() * (kind.innocent ?? 0.5), random);
  const gained = [...Array.from({ length: count }, place), ...others()];
  if (random() < 0.3) {
    const slots = [Math.floor(random() * ROUTES)];
    gained.push(...Array.from({ length: poisson(count * 0.25 * random(), random) }, () => ({ slots })));
  }
  const units = shares.map((share) =>
    Math.max(1, Math.round((share / total) * 5000 * Math.exp(0.3 * normal(random)))),
  );
  const all = units.reduce((a, b) => a + b, 0);
  const unitsOf = (slot) => (slot === null ? all : units[slot]);
  const source = kind.of === 'every' ? 0 : leaker + 2;
  return { source, sources: ROUTES + 2, samples: { gained, died: others(), dispersion: 1, unitsOf } };
}
