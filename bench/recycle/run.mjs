/**
 * What recycling costs and what it gives back: CPU per job and jobs per second of BullMQ's Worker and of GuardedWorker, at
 * equal load, and resident memory over jobs that leak.
 * `node bench/recycle/run.mjs [--rounds N] [--sizes 0.5,5,20] [--leaking-jobs N] [--svg file] [--json]`
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { startPrivateRedis } from '@leakguard/test-utils';
import { installBenchPackages } from '../install.mjs';
import { blocksFor } from '../overhead/job-work.mjs';
import { shuffle } from '../overhead/statistics.mjs';
import { runBatch } from './batch.mjs';
import { compare } from './compare.mjs';
import { costText, memoryText } from './report-text.mjs';
import { MAX_JOBS, VARIANTS } from './variants.mjs';

/** Isolates at a time, as many as there are cores here. */
const CONCURRENCY = 2;
/** Each isolate is recycled so often in a batch. */
const LIVES = 2;
/** Until every isolate has started and has compiled the processor. */
const WARM_UP_JOBS = 60;
/** About 20 KB a job. */
const LEAK_OBJECTS = 200;
const LEAKING_MICROS = 300;
const LEAKING = ['process', 'recycled-process', 'thread', 'recycled-thread'];

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    sizes: { type: 'string', default: '0.5,5,20' },
    'leaking-jobs': { type: 'string', default: '20000' },
    svg: { type: 'string', default: '.cache/bench/recycle.svg' },
    json: { type: 'boolean', default: false },
  },
});
const rounds = whole('rounds', values.rounds, 2);
const leakingJobs = whole('leaking-jobs', values['leaking-jobs'], 0);
const sizes = values.sizes.split(',').map(Number);
if (sizes.some((size) => !(size > 0 && size <= 1000)))
  throw new RangeError(`--sizes must be milliseconds above 0 up to 1000, got ${values.sizes}`);

installBenchPackages();
const { plotMemory } = await import('./plot.mjs');
const note = (/** @type {string} */ text) =>
  process.stderr.isTTY && process.stderr.write(`\r${text.padEnd(70)}`);
const machine = { node: process.version, cores: availableParallelism(), loadBefore: loadavg()[0] };
const redis = await startPrivateRedis();
try {
  const costs = [];
  for (const size of sizes) costs.push({ size, rows: compare(await measureCost(size)) });
  const memory = leakingJobs === 0 ? [] : await measureMemory();
  note('');
  if (memory.length > 0) {
    const file = resolve(values.svg);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, await plotMemory(memory));
  }
  if (values.json)
    console.log(JSON.stringify({ ...machine, concurrency: CONCURRENCY, maxJobs: MAX_JOBS, costs, memory }));
  else {
    console.log(
      `recycle: Node ${machine.node}, ${machine.cores} cores, load ${machine.loadBefore?.toFixed(1)} before, ${rounds} rounds, concurrency ${CONCURRENCY}\n`,
    );
    for (const { size, rows } of costs) console.log(`${costText(size, rows)}\n`);
    if (memory.length > 0) console.log(memoryText(memory, leakingJobs, values.svg));
  }
} finally {
  await redis.stop();
}

/** @param {number} size milliseconds of CPU per job @returns {Promise<Record<string, import('./batch.mjs').Batch[]>>} by round */
async function measureCost(size) {
  /** @type {Record<string, import('./batch.mjs').Batch[]>} */
  const results = Object.fromEntries(Object.keys(VARIANTS).map((name) => [name, []]));
  const data = { blocks: blocksFor(1000 * size) };
  for (let round = 0; round < rounds; round++) {
    for (const variant of shuffle(Object.keys(VARIANTS))) {
      note(`${size} ms, round ${round + 1} of ${rounds}, ${variant}`);
      const batch = {
        variant,
        jobs: CONCURRENCY * LIVES * MAX_JOBS,
        warmUpJobs: WARM_UP_JOBS,
        concurrency: CONCURRENCY,
        data,
      };
      results[variant]?.push(await runBatch(redis, batch));
    }
  }
  return results;
}

async function measureMemory() {
  const memory = [];
  const data = { blocks: blocksFor(LEAKING_MICROS), leakObjects: LEAK_OBJECTS };
  for (const variant of LEAKING) {
    note(`${leakingJobs} leaking jobs, ${variant}`);
    const options = {
      variant,
      jobs: leakingJobs,
      warmUpJobs: WARM_UP_JOBS,
      concurrency: CONCURRENCY,
      data,
      sampleRss: true,
    };
    const { rss, recycled } = await runBatch(redis, options);
    memory.push({ title: VARIANTS[variant]?.title ?? variant, rss, recycled });
  }
  return memory;
}

/** @param {string} name @param {string} given @param {number} least */
function whole(name, given, least) {
  const value = Number(given);
  if (Number.isInteger(value) && value >= least && value <= 1_000_000) return value;
  throw new RangeError(`--${name} must be a whole number from ${least} to 1000000, got ${given}`);
}
