import { MeasuredProcess } from './measured-process.mjs';
import { bootstrap, mean, median, shuffle } from './statistics.mjs';

const SCRIPT = new URL('sample-loop.mjs', import.meta.url);
const INTERVALS_KB = [16, 64];
/** A handler of Express or Koa lies 20 to 40 frames deep; what it calls, deeper. */
const DEPTHS = [10, 40];

/** @typedef {{ intervalKb: number, depth: number, micros: import('./statistics.mjs').Estimate }} SampleRow `micros`: CPU per sample */

/**
 * What V8 needs to take one sample, without reading any. Per request that is its allocation over the interval times this.
 *
 * @param {{ starts: number }} options
 * @returns {Promise<SampleRow[]>}
 */
export async function runSampleCost({ starts }) {
  const cells = DEPTHS.flatMap((depth) => [0, ...INTERVALS_KB].map((intervalKb) => ({ depth, intervalKb })));
  const results = [];
  for (let start = 0; start < starts; start += 1) {
    for (const cell of shuffle([...cells])) results.push({ start, ...cell, ...(await oneRun(cell)) });
  }
  return DEPTHS.flatMap((depth) => INTERVALS_KB.map((intervalKb) => rowOf(results, depth, intervalKb)));
}

async function oneRun({ intervalKb, depth }) {
  const { measured, ready } = await MeasuredProcess.start(SCRIPT, [String(intervalKb), String(depth)]);
  await measured.stop();
  return ready;
}

function rowOf(results, depth, intervalKb) {
  const of = (kb) => results.filter((result) => result.depth === depth && result.intervalKb === kb);
  const bytes = median(results.map(({ bytesPerAllocation }) => bytesPerAllocation));
  const samplesPerAllocation = bytes / (intervalKb * 1024);
  const extra = of(intervalKb).map(({ start, microsPerAllocation }) => {
    const off = of(0).find((result) => result.start === start);
    return (microsPerAllocation - off.microsPerAllocation) / samplesPerAllocation;
  });
  return { depth, intervalKb, micros: bootstrap(extra, mean, Math.random) };
}
