import { startLoad } from '../../test/corpus/load.mjs';
import { createPlan } from '../../test/corpus/traffic-plan.mjs';

/** The apps say 404 and the like on purpose; what fails a run is a 500. */
const REFUSALS = Array.from({ length: 100 }, (_, index) => 400 + index);
const CONNECTIONS = 32;
/** In how many parts of a run an app's `load(part)` is asked. */
const PARTS = 20;
const MAX_SECONDS = 600;

/** @typedef {import('./apps/index.mjs').AppRoute} AppRoute */

/**
 * @param {AppRoute} route
 * @param {{ random: () => number }} source
 * @returns {() => import('../../test/corpus/traffic-plan.mjs').PlannedUnit}
 */
function compileRoute({ method, path, body, pattern }, { random }) {
  return () => {
    const payload = body === undefined ? null : JSON.stringify(body(random));
    const headers =
      payload === null
        ? {}
        : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) };
    const shape = { route: pattern, abortAfterBytes: null, statuses: REFUSALS };
    return { ...shape, method, path: path(random), headers: /** @type {any} */ (headers), payload };
  };
}

/**
 * Starts 32 connections that send the app's routes without a pause; the mix is redrawn every 700 units, or constant.
 *
 * @param {readonly AppRoute[]} routes
 * @param {{ port: number, seed: number, units: number, constant?: boolean }} options
 */
export function startRoutes(routes, { port, seed, units, constant = false }) {
  const plan = createPlan(routes, compileRoute, { seed, ...(constant && { sigma: 0 }) });
  return startLoad(
    { plan },
    { port, seed, maxUnits: units, maxSeconds: MAX_SECONDS, concurrency: CONNECTIONS },
  );
}

/**
 * Sends so many units and stops; with as many times the usual connections as the app's `load` says for each part of it.
 *
 * @param {{ routes: readonly AppRoute[], load?: (part: number) => number }} app
 * @param {{ port: number, seed: number, units: number, constant: boolean }} options
 * @param {() => Promise<unknown>} atEnd runs while requests are still in flight
 */
export async function driveApp({ routes, load: timesUsual = () => 1 }, options, atEnd) {
  const { units } = options;
  const bound = { ...options, units: 2 * units };
  const loads = [startRoutes(routes, bound)];
  const done = () => loads.reduce((sum, load) => sum + load.done(), 0);
  try {
    for (let part = 0; part < PARTS; part++) {
      while (loads.length < timesUsual(part / PARTS))
        loads.push(startRoutes(routes, { ...bound, seed: options.seed + 1000 * loads.length }));
      const [first] = loads;
      const missing = (units * (part + 1)) / PARTS - done();
      if (missing > 0) await first?.reached(first.done() + Math.ceil(missing / loads.length));
    }
    await atEnd();
  } finally {
    await Promise.all(loads.map((load) => load.stop()));
  }
  return { done: done(), errors: loads.flatMap((load) => load.messages) };
}
