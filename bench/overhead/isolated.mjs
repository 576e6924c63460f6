import { fork } from 'node:child_process';
import { once } from 'node:events';
import { bootstrap, mean, median } from './statistics.mjs';

const BURST_SIZE = 128;
const PAIRS_PER_BLOCK = 12;
/** Several starts, because what V8 inlines differs from one to the next. */
const STARTS = 8;

/**
 * @typedef {import('./statistics.mjs').Estimate} Estimate
 * @typedef {{ cold: Estimate, warm: Estimate, bytes: number, blocks: number, starts: number }} IsolatedResult
 *   `cold`, `warm`: microseconds of CPU per unit; `bytes`: heap per unit that the GC has to collect
 */

/**
 * What one unit costs through the adapter, with the framework around it and no network.
 *
 * @param {{ script: URL, settings: object }} loop the program of one start, and what it is told
 * @param {{ blocks: number, maxMs: number }} options
 * @returns {Promise<IsolatedResult>}
 */
export async function runIsolated({ script, settings }, { blocks, maxMs }) {
  const results = [];
  for (let start = 0; start < STARTS; start += 1) {
    const bounds = { blocks: Math.ceil(blocks / STARTS), maxMs: maxMs / STARTS };
    results.push(await oneStart(script, { ...settings, ...bounds }));
  }
  // Starts are what is resampled: blocks of one start share what V8 made of the code.
  const estimate = (side) =>
    bootstrap(
      results.map((result) => median(result[side])),
      mean,
      Math.random,
    );
  return {
    cold: estimate('cold'),
    warm: estimate('warm'),
    bytes: median(results.map((result) => result.bytes)),
    blocks: results.reduce((sum, result) => sum + result.cold.length, 0),
    starts: STARTS,
  };
}

async function oneStart(script, settings) {
  const env = { ...process.env, NODE_ENV: 'production' };
  const child = fork(script, [], { env, execArgv: [] });
  const timer = setTimeout(() => child.kill('SIGKILL'), 3 * settings.maxMs + 20_000);
  try {
    child.send({ ...settings, burstSize: BURST_SIZE, pairsPerBlock: PAIRS_PER_BLOCK });
    const exited = once(child, 'exit').then(([code]) => {
      throw new Error(`the isolated loop ended with code ${code}`);
    });
    exited.catch(() => {});
    const [result] = await Promise.race([once(child, 'message'), exited]);
    return result;
  } finally {
    clearTimeout(timer);
    child.kill('SIGKILL');
  }
}
