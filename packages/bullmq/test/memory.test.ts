import { startRedis, type TestRedis } from '@leakguard/test-utils';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { JobBench } from './job-bench.ts';
import { DIAGONAL, MAJORS } from './majors.ts';
import { until } from './until.ts';
import { warningsOf } from './warnings.ts';

// Isolates run the built package: `npm run build -w packages/bullmq` first.
let redis: TestRedis;
let bench: JobBench;

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());
afterEach(() => bench.close());

describe.each(DIAGONAL)('recycling by memory ($title)', (variant) => {
  const { useWorkerThreads } = variant;

  it('replaces an isolate whose Buffers are above the limit after a GC', async () => {
    bench = new JobBench(variant, redis);
    const ids = await bench.add(40, { mb: 10, ms: 50 });
    bench.worker('leaks.mjs', { maxHeapPerWorker: '60MB', minJobsPerWorker: 2, useWorkerThreads });
    await bench.finished(ids.length);
    await until(() => bench.recycled.length >= 1, 'an isolate was recycled');
    expect(bench.isolates.length).toBeGreaterThanOrEqual(2);
    expect(bench.idsOf('E').sort()).toEqual([...ids].sort());
    // Its five jobs' Buffers are what it keeps; garbage alone would have recycled it after three.
    expect(bench.recycled[0]).toMatchObject({ reason: 'heap' });
    expect(bench.recycled[0]!.jobs).toBeGreaterThanOrEqual(5);
    expect(bench.recycled[0]!.heapBytes).toBeGreaterThan(60 * 1_048_576);
  });
});

describe.each(MAJORS.slice(1))('recycling by memory ($name)', (major) => {
  it('warns and recycles nothing where a fresh isolate is above the limit already', async () => {
    bench = new JobBench(major, redis);
    // Long enough for GCs that may take a twentieth of the time, and for a replacement to start.
    const ids = await bench.add(40, { ms: 50 });
    const warnings = warningsOf('LEAKGUARD_HEAP_BASELINE');
    bench.worker('heavy.mjs', { maxHeapPerWorker: '32MB', minJobsPerWorker: 1, useWorkerThreads: true });
    await bench.finished(ids.length);
    expect(bench.isolates).toHaveLength(1);
    expect(bench.recycled).toEqual([]);
    expect(await warnings.all()).toEqual([expect.stringContaining('a fresh isolate holds')]);
  });

  it('warns and recycles ever more seldom where isolates are above the limit from their first job on', async () => {
    bench = new JobBench(major, redis);
    const warnings = warningsOf('LEAKGUARD_HEAP_BASELINE');
    const worker = bench.worker('cache.mjs', {
      maxHeapPerWorker: '40MB',
      minJobsPerWorker: 1,
      useWorkerThreads: true,
    });
    let finished = 0;
    const recycledAfter = async (count: number): Promise<void> => {
      await until(async () => {
        await bench.add(1);
        finished += 1;
        await bench.finished(finished);
        return bench.recycled.length >= count;
      }, `${count} isolates were recycled`);
    };
    await recycledAfter(4);
    await worker.close();
    // 1, 1, 2 and 4 are the least; it goes on while its replacement starts.
    expect(bench.recycled[3]!.jobs).toBeGreaterThanOrEqual(4);
    expect(await warnings.all()).toEqual([expect.stringContaining('soon after their start')]);
  });

  it('waits for the least number of jobs', async () => {
    bench = new JobBench(major, redis);
    const ids = await bench.add(12, { mb: 10 });
    bench.worker('leaks.mjs', { maxHeapPerWorker: '16MB', minJobsPerWorker: 6, useWorkerThreads: true });
    await bench.finished(ids.length);
    await until(() => bench.recycled.length >= 1, 'an isolate was recycled');
    for (const { jobs } of bench.recycled) expect(jobs).toBeGreaterThanOrEqual(6);
  });
});
