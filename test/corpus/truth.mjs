import { setTimeout as wait } from 'node:timers/promises';
import { startLoad } from './load.mjs';
import { startServer } from './server-process.mjs';

const SEED = 20_000_000;
const MAX_SECONDS = 120;
const DEFAULT_SETTLE_MS = 100;
/** Requests to every route before anything is read: first-use costs are not what a route leaks. */
const WARM_UP_UNITS = 250;

/**
 * Growth of live memory per request, segment by segment, in bytes: a leak keeps its slope, a store that fills loses it.
 *
 * @typedef {object} TruthReading
 * @property {string} unit the route, or what was driven instead
 * @property {number} perSegment requests per segment
 * @property {number[]} heap
 * @property {number[]} external Buffers included
 * @property {number[]} rss
 */

/**
 * Drives routes of one case on the bare app (no detector) and reads live memory between drained segments.
 *
 * @param {import('./cases.mjs').CorpusCase} spec
 * @param {{ unit: string, routes: readonly import('./traffic-plan.mjs').RouteLoad[], perSegment: number, segments: number }} options
 *   `routes`: what is driven, mixed by weight
 * @returns {Promise<TruthReading>}
 */
export async function readTruth(spec, { unit, routes, perSegment, segments }) {
  const server = await startServer(spec.name, { guard: null, level: 'watch' });
  let sent = 0;
  try {
    await drive(spec.load.routes, WARM_UP_UNITS * spec.load.routes.length);
    await drive(routes, WARM_UP_UNITS);
    const readings = [await settled()];
    for (let segment = 0; segment < segments; segment++) {
      await drive(routes, perSegment);
      readings.push(await settled());
    }
    const { heap, external, rss } = slopes(readings, perSegment);
    return { unit, perSegment, heap, external, rss };
  } finally {
    await server.stop();
  }

  /** @param {readonly import('./traffic-plan.mjs').RouteLoad[]} list @param {number} units */
  async function drive(list, units) {
    // `{seq}` goes on where it was, else the same keys would come twice and a cache would hold still.
    const bounds = { maxUnits: units, maxSeconds: MAX_SECONDS, seqFrom: sent };
    const load = startLoad({ routes: list }, { port: server.port, seed: SEED + sent, ...bounds });
    await load.reached(units);
    await load.stop();
    sent += units;
    if (load.errors() > 0)
      throw new Error(`${spec.name}: ${load.errors()} requests failed: ${load.messages[0]}`);
  }

  async function settled() {
    await wait(spec.settleMs ?? DEFAULT_SETTLE_MS);
    return /** @type {Record<'heap' | 'external' | 'rss', number>} */ (await server.ask('memory'));
  }
}

/** @param {Record<'heap' | 'external' | 'rss', number>[]} readings @param {number} perSegment */
function slopes(readings, perSegment) {
  const of = (/** @type {'heap' | 'external' | 'rss'} */ signal) =>
    readings
      .slice(1)
      .map((reading, i) => Math.round((reading[signal] - (readings[i]?.[signal] ?? 0)) / perSegment));
  return { heap: of('heap'), external: of('external'), rss: of('rss') };
}

/**
 * What a leak loses per request: the mean of all segments but the first, which still holds first-use costs.
 *
 * @param {TruthReading} reading
 * @param {'heap' | 'external'} kind
 * @returns {number} bytes per request
 */
export function truthOf(reading, kind) {
  const later = reading[kind].slice(1);
  return Math.round(later.reduce((sum, bytes) => sum + bytes, 0) / later.length);
}
