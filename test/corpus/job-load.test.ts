import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { startRedis, type TestRedis } from '@leakguard/test-utils/redis-server';
import { type Processor, Queue, Worker } from 'bullmq';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { installCasePackages } from './case-packages.mjs';
import { loadCase } from './cases.mjs';
import { startJobLoad } from './job-load.mjs';

const SPEC = loadCase('leak-job-listener');
const BOUNDS = { seed: 1, maxUnits: 100_000, maxSeconds: 20 };
const JOBS = [
  { name: 'fine', weight: 3, data: { n: '{seq}' } },
  { name: 'failing', weight: 1 },
];

let redis: TestRedis;
beforeAll(async () => {
  await installCasePackages();
  redis = await startRedis();
}, 240_000);
afterAll(() => redis.stop());

const workers: Worker[] = [];
afterEach(() => Promise.all(workers.splice(0).map((worker) => worker.close())));

function work(processor: Processor) {
  const { host, port } = redis;
  const connection = { host, port, maxRetriesPerRequest: null };
  const target = { queue: SPEC.name, prefix: `leakguard-test-${randomUUID()}`, connection };
  const { prefix } = target;
  workers.push(new Worker(SPEC.name, processor, { connection, prefix, concurrency: 4 }));
  return target;
}

test('at most 64 jobs are waiting or active, and the loop is never drained', async () => {
  const target = work(() => wait(5));
  const load = await startJobLoad(SPEC, JOBS, { target, ...BOUNDS });
  const queue = new Queue(target.queue, target);
  await load.reached(64);
  const seen: number[] = [];
  while (load.done() < 400) {
    const { wait: waiting = 0, active = 0 } = await queue.getJobCounts('wait', 'active');
    seen.push(waiting + active);
  }
  await load.stop();
  expect(await queue.getJobCounts('wait', 'active')).toEqual({ wait: 0, active: 0 });
  await queue.close();
  expect(Math.min(...seen)).toBeGreaterThan(0);
  expect(Math.max(...seen)).toBeLessThanOrEqual(64);
  expect(load.errors()).toBe(0);
});

test('a job that fails is an error with its scope, one that may fail is not', async () => {
  const target = work(async ({ name }) => {
    if (name === 'failing') throw new Error('on purpose');
  });
  const run = async (mayFail: boolean) => {
    const jobs = JOBS.map((job) => ({ ...job, ...(job.name === 'failing' && { mayFail }) }));
    const load = await startJobLoad(SPEC, jobs, { target, ...BOUNDS, maxUnits: 100 });
    await load.reached(100);
    await load.stop();
    return load;
  };
  const failed = await run(false);
  expect(failed.errors()).toBeGreaterThan(0);
  expect(failed.messages[0]).toBe('leak-job-listener:failing: on purpose');
  expect((await run(true)).errors()).toBe(0);
});

test('the load is bounded in count, and whoever waits for more is told', async () => {
  let begun = 0;
  const target = work(async () => {
    begun += 1;
  });
  const load = await startJobLoad(SPEC, JOBS, { target, ...BOUNDS, maxUnits: 100 });
  await expect(load.reached(101)).rejects.toThrow('the load ended after 100 units');
  await load.stop();
  expect(begun).toBe(100);
});
