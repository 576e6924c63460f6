import { setTimeout as wait } from 'node:timers/promises';
import { startCaseLoad } from './case-load.mjs';
import { partOfLoad, scopesOf } from './cases.mjs';
import { startServer } from './server-process.mjs';

const SEED = 20_000_000;
const MAX_SECONDS = 120;
const DEFAULT_SETTLE_MS = 100;
/** Units of every scope before anything is read: first-use costs are not what a scope leaks. */
const WARM_UP_UNITS = 250;

/**
 * Growth of live memory per unit, segment by segment, in bytes: a leak keeps its slope, a store that fills loses it.
 *
 * @typedef {object} TruthReading
 * @property {string} unit the scope, or what was driven instead
 * @property {number} perSegment units per segment
 * @property {number[]} heap
 * @property {number[]} external Buffers included
 * @property {number[]} rss
 */

/**
 * Drives scopes of one case on the bare app (no detector) and reads live memory between drained segments.
 *
 * @param {import('./cases.mjs').CorpusCase} spec
 * @param {{ unit: string, scopes: readonly string[], perSegment: number, segments: number }} options
 *   `scopes`: what is driven, mixed by weight
 * @returns {Promise<TruthReading>}
 */
export async function readTruth(spec, { unit, scopes, perSegment, segments }) {
  const server = await startServer(spec.name, { guard: null, level: 'watch' });
  const all = scopesOf(spec);
  let sent = 0;
  try {
    await drive(all, WARM_UP_UNITS * all.length);
    await drive(scopes, WARM_UP_UNITS);
    const readings = [await settled()];
    for (let segment = 0; segment < segments; segment++) {
      await drive(scopes, perSegment);
      readings.push(await settled());
    }
    const { heap, external, rss } = slopes(readings, perSegment);
    return { unit, perSegment, heap, external, rss };
  } finally {
    await server.stop();
  }

  /** @param {readonly string[]} list @param {number} units */
  async function drive(list, units) {
    // `{seq}` goes on where it was, else the same keys would come twice and a cache would hold still.
    const bounds = { maxUnits: units, maxSeconds: MAX_SECONDS, seqFrom: sent };
    const load = await startCaseLoad(spec, server, {
      load: partOfLoad(spec, list),
      seed: SEED + sent,
      ...bounds,
    });
    await load.reached(units);
    await load.stop();
    sent += units;
    if (load.errors() > 0)
      throw new Error(`${spec.name}: ${load.errors()} units failed: ${load.messages[0]}`);
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
 * What a leak loses per unit: the mean of all segments but the first, which still holds first-use costs.
 *
 * @param {TruthReading} reading
 * @param {'heap' | 'external'} kind
 * @returns {number} bytes per unit
 */
export function truthOf(reading, kind) {
  const later = reading[kind].slice(1);
  return Math.round(later.reduce((sum, bytes) => sum + bytes, 0) / later.length);
}
