import path from 'node:path';
import { startChild } from '../../test/corpus/server-process.mjs';
import { appNamed, caseText } from './cases.mjs';
import { driveApp, startRoutes } from './load.mjs';
import { ProfileDiff } from './profile-diff.mjs';
import { SignTest } from './sign-test.mjs';

const SERVE = path.join(import.meta.dirname, 'host', 'serve.mjs');
/** Requests of the leaking route before its size is measured, and of the measurement. */
const TRUTH_WARM_UNITS = 600;
const TRUTH_UNITS = 1500;

/**
 * @typedef {object} FollowOptions
 * @property {number} units of each case
 * @property {'auto' | 'prove'} level
 * @property {number} pace of the guard's clock
 * @property {boolean} constant the mix does not vary
 * @property {number} stretch healthy apps whose stores forget after a time take so many times what they take in their own check
 *
 * @typedef {object} FollowedCase
 * @property {import('./cases.mjs').SitesCase} case
 * @property {number} units
 * @property {number} seconds
 * @property {import('./host/serve.mjs').Look[]} looks
 * @property {Record<string, Named[]>} rivals what each said after each read
 * @property {{ heap: number, external: number } | null} bytes that one request of the leaking route really keeps
 * @property {string[]} failures
 *
 * @typedef {{ units: number, ofRoute: number, route: string | null, fn: { name: string, file: string } | null }} Named
 */

/**
 * Runs one case to its end, requests in flight all the time.
 *
 * @param {import('./cases.mjs').SitesCase} each
 * @param {FollowOptions} options
 * @returns {Promise<FollowedCase>}
 */
export async function followCase(each, { units, level, pace, constant, stretch }) {
  const app = appNamed(each.app);
  const scope = app.truth(each.leak)?.scope ?? '';
  /** @type {FollowedCase['looks']} */
  const looks = [];
  const rivals = { 'sign test': new SignTest(), 'plain diff': new ProfileDiff() };
  /** @type {FollowedCase['rivals']} */
  const named = Object.fromEntries(Object.keys(rivals).map((rival) => [rival, []]));
  const onReading = (/** @type {import('./host/serve.mjs').RivalReading} */ reading) => {
    const mark = { units: reading.units, ofRoute: reading.unitsOf[scope] ?? 0 };
    for (const [rival, rule] of Object.entries(rivals))
      named[rival]?.push({ ...mark, ...rule.push(reading) });
  };
  const server = await startChild(SERVE, each.app, {
    leak: each.leak,
    appOptions: stretched(app.check?.options, stretch),
    ...{ level, pace },
    onMessage: (message) => {
      if (message.type === 'look') looks.push(message.look);
      else if (message.type === 'reading') onReading(message.reading);
    },
  });
  try {
    const started = performance.now();
    const traffic = { port: server.port, seed: each.seed, units, constant };
    const sent = await driveApp(app, traffic, () => server.ask('analyze'));
    const seconds = (performance.now() - started) / 1000;
    await server.stop();
    const bytes = each.leak === null ? null : await trueBytes(each);
    const failures = [...sent.errors, ...server.failures].map((text) => `${caseText(each)}: ${text}`);
    return { case: each, units: sent.done, seconds, looks, rivals: named, bytes, failures };
  } finally {
    await server.stop();
  }
}

/** @param {Record<string, number> | undefined} options @param {number} times */
function stretched(options, times) {
  return options && Object.fromEntries(Object.entries(options).map(([name, ms]) => [name, ms * times]));
}

/**
 * What a request of the leaking route keeps, from a process of its own without a guard, drained at both readings.
 *
 * @param {import('./cases.mjs').SitesCase} each
 */
async function trueBytes({ app: name, leak, seed }) {
  const app = appNamed(name);
  const scope = app.truth(leak)?.scope;
  const routes = app.routes.filter(({ pattern }) => pattern === scope);
  const server = await startChild(SERVE, name, { leak, level: null, pace: 1 });
  try {
    const after = async (/** @type {number} */ units) => {
      const load = startRoutes(routes, { port: server.port, seed, units });
      await load.reached(units);
      await load.stop();
      return server.ask('memory');
    };
    const before = await after(TRUTH_WARM_UNITS);
    const end = await after(TRUTH_UNITS);
    return {
      heap: (end.heap - before.heap) / TRUTH_UNITS,
      external: (end.external - before.external) / TRUTH_UNITS,
    };
  } finally {
    await server.stop();
  }
}
