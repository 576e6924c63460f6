import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Queue } from 'bullmq';
import { treeCpuMs, treeRssBytes } from './process-tree.mjs';

const PROGRAM = fileURLToPath(new URL('worker-process.mjs', import.meta.url));
const ADDED_AT_ONCE = 1000;
const SAMPLE_MS = 200;

/**
 * @typedef {object} Batch what a variant took for a queue full of jobs
 * @property {number} jobs that were measured
 * @property {number} cpuMs of the worker process, its isolates and their starts; without Redis and this process
 * @property {number} wallMs
 * @property {number} recycled isolates that were replaced
 * @property {{ jobs: number, bytes: number }[]} rss resident bytes of the whole tree by jobs done, if asked for
 */

/**
 * Fills a queue, lets one variant's worker warm up on the first jobs, and measures it on the others.
 *
 * @param {import('@leakguard/test-utils').TestRedis} redis
 * @param {{ variant: string, jobs: number, warmUpJobs: number, concurrency: number, data: object, sampleRss?: boolean }} options
 * @returns {Promise<Batch>}
 * @throws if a job fails, gets lost or is done twice
 */
export async function runBatch(redis, { variant, jobs, warmUpJobs, concurrency, data, sampleRss = false }) {
  const name = `bench-${variant}-${process.pid}-${Math.random().toString(36).slice(2)}`;
  const queue = new Queue(name, { connection: { host: redis.host, port: redis.port } });
  const all = warmUpJobs + jobs;
  for (let from = 0; from < all; from += ADDED_AT_ONCE) {
    const part = Array.from({ length: Math.min(ADDED_AT_ONCE, all - from) }, () => ({ name: 'work', data }));
    await queue.addBulk(part);
  }
  const { VITEST: _, NODE_ENV: __, ...env } = process.env;
  const worker = fork(PROGRAM, [variant, name, redis.url, String(concurrency)], {
    env: { ...env, NODE_ENV: 'production' },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = once(worker, 'exit').then(([code]) => {
    throw new Error(`${variant}: the worker ended with exit code ${code}`);
  });
  ended.catch(() => undefined);
  try {
    await Promise.race([once(worker, 'message'), ended]);
    const warm = doneAt(worker, warmUpJobs);
    worker.send('run');
    await Promise.race([warm, ended]);
    const pid = /** @type {number} */ (worker.pid);
    const [startMs, startCpuMs] = [performance.now(), treeCpuMs(pid)];
    const sampling = new AbortController();
    const samples = sampleRss ? sampleTree(pid, queue, all, sampling.signal) : Promise.resolve([]);
    const done = await Promise.race([doneAt(worker, all), ended]);
    // At once: CPU that comes later is not these jobs'.
    const result = { wallMs: performance.now() - startMs, cpuMs: treeCpuMs(pid) - startCpuMs };
    sampling.abort();
    if (done.failed > 0 || done.completed !== all)
      throw new Error(`${variant}: ${done.completed} of ${all} jobs completed, ${done.failed} failed`);
    return { jobs, ...result, recycled: done.recycled, rss: await samples };
  } finally {
    if (worker.connected) worker.send('close');
    await ended.catch(() => undefined);
    await queue.obliterate({ force: true });
    await queue.close();
  }
}

/**
 * @param {import('node:child_process').ChildProcess} worker
 * @param {number} jobs
 * @returns {Promise<{ completed: number, failed: number, recycled: number }>}
 */
async function doneAt(worker, jobs) {
  const told = once(worker, 'message');
  worker.send(jobs);
  return (await told)[0];
}

/** @param {number} pid @param {Queue} queue @param {number} all @param {AbortSignal} signal */
async function sampleTree(pid, queue, all, signal) {
  const samples = [];
  while (!signal.aborted) {
    const bytes = treeRssBytes(pid);
    const { waiting = 0, active = 0 } = await queue.getJobCounts('waiting', 'active');
    samples.push({ jobs: all - waiting - active, bytes });
    await wait(SAMPLE_MS, undefined, { signal }).catch(() => undefined);
  }
  return samples;
}
