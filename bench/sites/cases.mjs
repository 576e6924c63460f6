import { apps, healthy, kinds, shares, sizes } from './apps/index.mjs';

/**
 * One run of the bench: an app with one leak, or a healthy one.
 *
 * @typedef {object} SitesCase
 * @property {string} app
 * @property {Leak | null} leak null: healthy
 * @property {number} seed of the traffic
 *
 * @typedef {import('./apps/index.mjs').Leak} Leak
 */

/**
 * What is asked for; null: all there are.
 *
 * @typedef {object} Wanted
 * @property {readonly string[] | null} apps leaking and healthy ones
 * @property {readonly string[] | null} kinds
 * @property {readonly number[] | null} bytes
 * @property {readonly string[] | null} routes
 */

const routes = /** @type {Leak['route'][]} */ (Object.keys(shares));

/** @param {Wanted} wanted */
function wants({ apps, kinds, bytes, routes }) {
  /** @param {SitesCase} each */
  return ({ app, leak }) =>
    (apps?.includes(app) ?? true) &&
    (leak === null ||
      ((kinds?.includes(leak.kind) ?? true) &&
        (bytes?.includes(leak.bytes) ?? true) &&
        (routes?.includes(leak.route) ?? true)));
}

/**
 * Every app with every kind, size and route, once per seed.
 *
 * @param {Wanted} wanted
 * @param {number} seeds
 * @returns {SitesCase[]}
 */
export function leakCases(wanted, seeds) {
  const all = seedsOf(seeds).flatMap((seed) =>
    Object.keys(apps).flatMap((app) =>
      kinds.flatMap((kind) =>
        sizes.flatMap((bytes) => routes.map((route) => ({ app, leak: { kind, bytes, route }, seed }))),
      ),
    ),
  );
  return all.filter(wants(wanted));
}

/**
 * Each kind with each size once, apps and routes taken in turn: what is run where nobody asks for more.
 *
 * @returns {SitesCase[]}
 */
export function defaultLeakCases() {
  const names = Object.keys(apps);
  return kinds.flatMap((kind, k) =>
    sizes.map((bytes, s) => {
      const app = /** @type {string} */ (names[(k + 3 * s) % names.length]);
      const route = /** @type {Leak['route']} */ (routes[(k + s) % routes.length]);
      return { app, leak: { kind, bytes, route }, seed: 1 };
    }),
  );
}

/**
 * @param {Wanted} wanted
 * @param {number} seeds
 * @returns {SitesCase[]}
 */
export function healthyCases({ apps }, seeds) {
  const names = Object.keys(healthy).filter((name) => apps?.includes(name) ?? true);
  return seedsOf(seeds).flatMap((seed) => names.map((app) => ({ app, leak: null, seed })));
}

/** @param {SitesCase} each */
export function caseText({ app, leak, seed }) {
  const what = leak === null ? 'healthy' : `${leak.kind} ${leak.bytes} ${leak.route}`;
  return `${app} ${what} seed ${seed}`;
}

/** @param {number} seeds */
function seedsOf(seeds) {
  return Array.from({ length: seeds }, (_, index) => index + 1);
}

/** @param {string} name @returns {import('./apps/index.mjs').BenchApp} */
export function appNamed(name) {
  const app = apps[name] ?? healthy[name];
  if (app === undefined) throw new RangeError(`there is no app ${name}`);
  return app;
}
