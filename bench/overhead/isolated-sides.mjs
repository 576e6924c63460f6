/** What the isolated loops have in common: two sides in one process, bare and guarded, and the difference of their CPU. */
import { once } from 'node:events';
import { median, shuffle } from './statistics.mjs';

/** Twice the L2 cache of a big core. */
const eviction = new Float64Array((4 * 2 ** 20) / 8);
let sum = 0;

export function evict() {
  for (let at = 0; at < eviction.length; at += 8) sum += eviction[at]++;
}

export function cpuMicros() {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** Guarded minus bare, microseconds per unit, over a block of pairs in random order: long enough to hold its share of GCs. */
async function block(sides, burst, { burstSize, pairsPerBlock }) {
  const micros = { bare: 0, guarded: 0 };
  for (let pair = 0; pair < pairsPerBlock; pair += 1) {
    for (const side of shuffle(['bare', 'guarded'])) {
      micros[side] += await burst(sides[side], burstSize);
      // What waits for a turn of the event loop holds its units, and would make every scavenge copy them.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  return (micros.guarded - micros.bare) / (burstSize * pairsPerBlock);
}

/** Heap that one unit leaves for the GC, from bursts that held none. */
async function bytesPerUnit(side, burst, size) {
  const deltas = [];
  for (let at = 0; at < 50; at += 1) {
    const before = process.memoryUsage().heapUsed;
    await burst(side, size);
    const bytes = process.memoryUsage().heapUsed - before;
    if (bytes > 0) deltas.push(bytes / size);
  }
  return median(deltas);
}

/**
 * @template Side
 * @param {{ bare: Side, guarded: Side }} sides
 * @param {Record<'cold' | 'warm', (side: Side, size: number) => number | Promise<number>>} bursts microseconds of CPU
 * @param {{ burstSize: number, pairsPerBlock: number, blocks: number, maxMs: number }} settings
 */
export async function measureSides(sides, bursts, settings) {
  const differences = { cold: [], warm: [] };
  const end = performance.now() + settings.maxMs;
  for (let warmUp = 0; warmUp < 3; warmUp += 1)
    for (const name of shuffle(['cold', 'warm'])) await block(sides, bursts[name], settings);
  while (differences.cold.length < settings.blocks && performance.now() < end) {
    for (const name of shuffle(['cold', 'warm']))
      differences[name].push(await block(sides, bursts[name], settings));
  }
  const bytesOf = (side) => bytesPerUnit(side, bursts.warm, settings.burstSize);
  const bytes = (await bytesOf(sides.guarded)) - (await bytesOf(sides.bare));
  return { ...differences, bytes, sum };
}

/** The child process: waits for its settings, measures, answers and ends. @param {(settings: any) => Promise<unknown>} measure */
export async function answerOnce(measure) {
  // The parent is gone, however it went.
  process.once('disconnect', () => process.exit());
  const [settings] = await once(process, 'message');
  const result = await measure(settings);
  process.send(result, () => process.disconnect());
}
