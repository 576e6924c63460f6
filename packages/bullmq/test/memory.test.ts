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
    const ids = await bench.add(30);
    const warnings = warningsOf('LEAKGUARD_HEAP_BASELINE');
    bench.worker('heavy.mjs', { maxHeapPerWorker: '32MB', minJobsPerWorker: 1, useWorkerThreads: true });
    await bench.finished(ids.length);
    expect(bench.isolates).toHaveLength(1);
    expect(bench.recycled).toEqual([]);
    expect(await warnings.all()).toEqual([expect.stringContaining('Raise maxHeapPerWorker')]);
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
