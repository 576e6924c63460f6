import { type PrivateRedis, startPrivateRedis } from '@leakguard/test-utils';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { JobBench } from './job-bench.ts';
import { DIAGONAL } from './majors.ts';
import { until } from './until.ts';

// Isolates run the built package: `npm run build -w packages/bullmq` first.
let redis: PrivateRedis;
let bench: JobBench;

beforeAll(async () => {
  redis = await startPrivateRedis();
});
afterAll(() => redis.stop());
afterEach(() => bench.close());

/** BullMQ waits 15 s before it writes a result again that Redis did not take. */
const patient = { runRetryDelay: 200 };

describe.each(DIAGONAL)('a Redis that restarts ($title)', (variant) => {
  const options = { maxJobsPerWorker: 5, useWorkerThreads: variant.useWorkerThreads, ...patient };

  it('in the middle of jobs and of recycling costs no job', async () => {
    bench = new JobBench(variant, redis);
    const ids = await bench.add(60, { ms: 25 });
    bench.worker('work.mjs', { ...options, concurrency: 4 });
    await until(() => bench.recycled.length >= 1, 'isolates are being recycled');
    await redis.down();
    const before = bench.idsOf('E').length;
    expect(before).toBeLessThan(60);
    await redis.up();
    await bench.finished(ids.length);
    expect([...new Set(bench.idsOf('E'))].sort()).toEqual([...ids].sort());
    expect(bench.idsOf('E')).toHaveLength(ids.length);
    expect(await bench.counts()).toMatchObject({ completed: ids.length, failed: 0, active: 0 });
    expect(bench.stalled).toEqual([]);
    expect(bench.isolates.length).toBeGreaterThan(4);
  });

  it('during close() costs no job either', async () => {
    bench = new JobBench(variant, redis);
    const ids = await bench.add(2, { ms: 300 });
    const worker = bench.worker('work.mjs', { ...options, concurrency: 2, shutdownTimeout: 3000 });
    await until(() => bench.idsOf('S').length === 2, 'jobs have begun');
    await redis.down();
    const closing = worker.close();
    await until(() => bench.idsOf('E').length === 2, 'jobs have ended');
    await redis.up();
    // BullMQ 5 sometimes waits for ever here.
    await closing;
    const next = bench.worker('work.mjs', { ...options, lockDuration: 1000, stalledInterval: 500 });
    // BullMQ 5 has an unhandled rejection when a worker closes that is still connecting.
    await next.waitUntilReady();
    await bench.finished(2);
    expect(await bench.counts()).toMatchObject({ completed: 2, failed: 0 });
    expect([...new Set(bench.idsOf('E'))].sort()).toEqual([...ids].sort());
  });
});
