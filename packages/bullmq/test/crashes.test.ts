import { startRedis, type TestRedis } from '@leakguard/test-utils';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { JobBench } from './job-bench.ts';
import { MAJORS, VARIANTS } from './majors.ts';
import { until } from './until.ts';

// Isolates run the built package: `npm run build -w packages/bullmq` first.
let redis: TestRedis;
let bench: JobBench;

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());
afterEach(() => bench.close());

const SMALL_HEAP = {
  // Without what V8 prints when it runs out of memory.
  workerForkOptions: { execArgv: ['--max-old-space-size=24'], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] },
  workerThreadsOptions: { resourceLimits: { maxOldGenerationSizeMb: 24, maxYoungGenerationSizeMb: 4 } },
} as const;

describe.each(VARIANTS)('a job that ends its isolate ($title)', (variant) => {
  const { useWorkerThreads } = variant;

  it('fails once with one attempt, and the worker goes on in another isolate', async () => {
    bench = new JobBench(variant, redis);
    const [poison] = await bench.add(1, { deaths: 9, how: 'exit' }, { attempts: 1 });
    const others = await bench.add(6);
    bench.worker('killer.mjs', { maxJobsPerWorker: 50, useWorkerThreads });
    await bench.finished(7);
    expect(bench.idsOf('S').filter((id) => id === poison)).toHaveLength(1);
    expect(bench.idsOf('E').sort()).toEqual([...others].sort());
    expect((await bench.queue.getJob(poison!))!.failedReason).toContain('exit code: 3');
    expect(bench.isolates.length).toBeGreaterThanOrEqual(2);
  });

  it('is tried again while it has attempts', async () => {
    bench = new JobBench(variant, redis);
    const [id] = await bench.add(1, { deaths: 1, how: 'exit' }, { attempts: 2 });
    bench.worker('killer.mjs', { maxJobsPerWorker: 50, useWorkerThreads });
    await bench.finished(1);
    expect(bench.idsOf('S')).toEqual([id, id]);
    expect(bench.idsOf('E')).toEqual([id]);
    expect(await bench.counts()).toMatchObject({ completed: 1, failed: 0 });
  });

  it('by running out of memory is quarantined with the evidence', async () => {
    bench = new JobBench(variant, redis);
    const [poison] = await bench.add(1, { deaths: 9, how: 'memory' }, { attempts: 9 });
    const others = await bench.add(3);
    bench.worker('killer.mjs', { quarantineAfter: 2, useWorkerThreads, ...(SMALL_HEAP as object) });
    await bench.finished(4);
    const job = (await bench.queue.getJob(poison!))!;
    expect(await job.getState()).toBe('failed');
    expect(job.failedReason).toMatch(/^leakguard: job \S+ killed its isolate 2 times and is not tried again/);
    expect(job.failedReason).toMatch(
      useWorkerThreads ? /thread \d+: exit code 1, ERR_WORKER_OUT_OF_MEMORY/ : /process \d+: signal SIGABRT/,
    );
    expect(bench.idsOf('S').filter((id) => id === poison)).toHaveLength(2);
    expect(bench.idsOf('E').sort()).toEqual([...others].sort());
  });

  it('by an exception that nobody caught fails alone: the next job gets another isolate', async () => {
    bench = new JobBench(variant, redis);
    const [poison] = await bench.add(1, { deaths: 9, how: 'throw' });
    const others = await bench.add(6);
    bench.worker('killer.mjs', { maxJobsPerWorker: 50, useWorkerThreads });
    await bench.finished(7);
    expect((await bench.queue.getJob(poison!))!.failedReason).toBe('nobody caught this');
    expect(bench.idsOf('E').sort()).toEqual([...others].sort());
    expect(await bench.counts()).toMatchObject({ completed: 6, failed: 1 });
  });
});

describe.each(MAJORS)('kill -9 of a child ($name)', (major) => {
  it('in the middle of its job runs the job again', async () => {
    bench = new JobBench(major, redis);
    const ids = await bench.add(6, { ms: 200 }, { attempts: 3 });
    bench.worker('work.mjs', { concurrency: 2, maxJobsPerWorker: 50 });
    const pid = await until(() => bench.pids[0], 'a job has begun');
    process.kill(pid, 'SIGKILL');
    await bench.finished(ids.length);
    expect(await bench.counts()).toMatchObject({ completed: ids.length, failed: 0 });
    expect([...new Set(bench.idsOf('E'))].sort()).toEqual([...ids].sort());
    expect(bench.pids.length).toBeGreaterThanOrEqual(3);
  });

  it('while it is idle costs no job an attempt', async () => {
    bench = new JobBench(major, redis);
    bench.worker('work.mjs', { maxJobsPerWorker: 50 });
    for (let round = 1; round <= 5; round++) {
      const [first] = await bench.add(1);
      await bench.finished(round * 2 - 1);
      const { isolate } = bench.executions.find(({ id }) => id === first)!;
      process.kill(Number(isolate.split(':')[0]), 'SIGKILL');
      // Before this process can have heard of its end.
      await bench.add(1);
      await bench.finished(round * 2);
    }
    expect(await bench.counts()).toMatchObject({ completed: 10, failed: 0 });
    expect(bench.isolates.length).toBeGreaterThanOrEqual(6);
  });
});
