import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createGuard } from '@leakguard/core';
import { startRedis, type TestRedis } from '@leakguard/test-utils';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { JobBench } from './job-bench.ts';
import { MAJORS, VARIANTS } from './majors.ts';
import { until } from './until.ts';
import { warningsOf } from './warnings.ts';

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

// Isolates run the built package: `npm run build -w packages/bullmq` first.
let redis: TestRedis;
let bench: JobBench;

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());
afterEach(() => bench.close());

/** None lost, none doubled, none stalled, none failed: by what was executed, not by what BullMQ says. */
async function expectEachOnce(ids: readonly string[]): Promise<void> {
  await bench.finished(ids.length);
  expect(bench.idsOf('S').sort()).toEqual([...ids].sort());
  expect(bench.idsOf('E').sort()).toEqual([...ids].sort());
  expect(await bench.counts()).toMatchObject({ completed: ids.length, failed: 0, active: 0, wait: 0 });
  expect(bench.stalled).toEqual([]);
  expect(bench.errors).toEqual([]);
}

describe.each(VARIANTS)('recycling after a number of jobs ($title)', (variant) => {
  const { useWorkerThreads } = variant;

  it('runs each job once, in many isolates', async () => {
    bench = new JobBench(variant, redis);
    const ids = await bench.add(160, { ms: 5 });
    bench.worker('work.mjs', { concurrency: 8, maxJobsPerWorker: 10, useWorkerThreads });
    await expectEachOnce(ids);
    expect(bench.isolates.length).toBeGreaterThan(8);
    await until(() => bench.recycled.length > 0, 'an isolate was recycled');
    const { kind, id } = bench.recycled[0]!.isolate;
    expect(kind).toBe(variant.kind);
    expect(bench.recycled[0]).toMatchObject({ reason: 'jobs', heapBytes: expect.any(Number) });
    expect(bench.isolates).toContain(kind === 'process' ? `${id}:0` : `${process.pid}:${id}`);
    // An isolate that is due goes on while its replacement starts, but not for ever.
    for (const isolate of bench.isolates) expect(jobsOf(isolate)).toBeLessThanOrEqual(20);
  });

  it('gives each job an isolate of its own where the limit is one job', async () => {
    bench = new JobBench(variant, redis);
    const ids = await bench.add(10);
    bench.worker('work.mjs', { concurrency: 2, maxJobsPerWorker: 1, useWorkerThreads });
    await expectEachOnce(ids);
    expect(bench.isolates).toHaveLength(10);
  });
});

function jobsOf(isolate: string): number {
  return bench.executions.filter((line) => line.what === 'E' && line.isolate === isolate).length;
}

describe.each(MAJORS)('recycling ($name)', (major) => {
  it.each([{ maxJobsPerWorker: 0 }, { maxJobsJitter: 0.5 }])('is off with %o', async (options) => {
    bench = new JobBench(major, redis);
    const ids = await bench.add(40);
    bench.worker('work.mjs', { concurrency: 2, useWorkerThreads: true, ...options });
    await expectEachOnce(ids);
    expect(bench.isolates.length).toBeLessThanOrEqual(2);
    expect(bench.recycled).toEqual([]);
  });

  it('goes to the growth log and its channel, and tells its price once', async () => {
    bench = new JobBench(major, redis);
    const told: unknown[] = [];
    const listen = (message: unknown): void => void told.push(message);
    subscribe('leakguard:recycle', listen);
    const warnings = warningsOf('LEAKGUARD_RECYCLE_PRICE');
    const guard = createGuard({ enabled: true, logger: silent });
    const ids = await bench.add(10);
    bench.worker('work.mjs', { maxJobsPerWorker: 1, guard });
    await bench.finished(ids.length);
    await until(() => bench.recycled.length >= 2, 'isolates were recycled');
    unsubscribe('leakguard:recycle', listen);
    const [first] = bench.recycled;
    expect(told[0]).toMatchObject({ event: 'recycle', queue: bench.queue.name, ...first });
    expect(await warnings.all()).toEqual([
      expect.stringContaining(`queue ${bench.queue.name}: recycling costs about`),
    ]);
    await guard.close();
  });

  it('leaves a job alone that runs longer than its lock lasts while others are recycled', async () => {
    bench = new JobBench(major, redis);
    const [long] = await bench.add(1, { ms: 2500 });
    const ids = await bench.add(30, { ms: 10 });
    const timing = { lockDuration: 1000, stalledInterval: 500 };
    bench.worker('work.mjs', { concurrency: 2, maxJobsPerWorker: 5, ...timing });
    await expectEachOnce([long!, ...ids]);
    expect(bench.isolates.length).toBeGreaterThan(3);
  });

  it('goes on when a listener of `recycled` throws, which is an `error` event', async () => {
    bench = new JobBench(major, redis);
    const ids = await bench.add(20);
    const worker = bench.worker('work.mjs', { maxJobsPerWorker: 2, useWorkerThreads: true });
    worker.on('recycled', () => {
      throw new Error('a listener of the app');
    });
    await bench.finished(ids.length);
    await until(() => bench.recycled.length >= 2, 'isolates were recycled');
    expect(bench.idsOf('E').sort()).toEqual([...ids].sort());
    expect(bench.errors.map(({ message }) => message)).toContain('a listener of the app');
  });

  it('goes on when a listener of `error` throws too', async () => {
    // BullMQ prints what it can tell nobody.
    const print = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    bench = new JobBench(major, redis);
    const ids = await bench.add(20);
    const worker = bench.worker('work.mjs', { maxJobsPerWorker: 2, useWorkerThreads: true });
    for (const event of ['recycled', 'error'] as const)
      worker.on(event as 'error', () => {
        throw new Error('a listener of the app');
      });
    await bench.finished(ids.length);
    await until(() => bench.recycled.length >= 2, 'isolates were recycled');
    expect(print).toHaveBeenCalled();
    print.mockRestore();
    expect(bench.idsOf('E').sort()).toEqual([...ids].sort());
  });
});
