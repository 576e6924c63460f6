import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PrivateRedis, startPrivateRedis } from '@leakguard/test-utils';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { guardedWorkerOf } from '../src/guarded-worker-of.ts';
import { JobBench, processorFile } from './job-bench.ts';
import { DIAGONAL, MAJORS } from './majors.ts';
import { until } from './until.ts';
import { warningsOf } from './warnings.ts';

// Isolates run the built package: `npm run build -w packages/bullmq` first.
let redis: PrivateRedis;
let bench: JobBench;

beforeAll(async () => {
  redis = await startPrivateRedis();
});
afterAll(() => redis.stop());
afterEach(() => bench.close());

const quick = { lockDuration: 1000, stalledInterval: 500 };

describe.each(DIAGONAL)('close() ($title)', (variant) => {
  const { useWorkerThreads } = variant;

  it('waits for running jobs, and gives the same to whoever closes again', async () => {
    bench = new JobBench(variant, redis);
    const ids = await bench.add(4, { ms: 300 });
    const worker = bench.worker('work.mjs', { concurrency: 2, maxJobsPerWorker: 1, useWorkerThreads });
    await until(() => bench.idsOf('S').length >= 2, 'jobs have begun');
    await Promise.all([worker.close(), worker.close()]);
    expect(bench.idsOf('E')).toHaveLength(bench.idsOf('S').length);
    expect(await bench.counts()).toMatchObject({ active: 0, failed: 0 });
    expect(ids.length).toBe(4);
  });

  it('ends at shutdownTimeout, lists the jobs that were running, and leaves them to the next worker', async () => {
    bench = new JobBench(variant, redis);
    const warnings = warningsOf('LEAKGUARD_SHUTDOWN');
    const ids = await bench.add(2, { ms: 60_000 }, { attempts: 1 });
    const worker = bench.worker('work.mjs', {
      concurrency: 2,
      maxJobsPerWorker: 50,
      shutdownTimeout: 200,
      useWorkerThreads,
      ...quick,
    });
    await until(() => bench.idsOf('S').length === 2, 'jobs have begun');
    await worker.close();
    const [text, ...others] = await warnings.all();
    expect(others).toEqual([]);
    expect(text).toContain('shutdownTimeout (200 ms) is over');
    for (const id of ids) expect(text).toContain(id);
    expect(await bench.counts()).toMatchObject({ active: 2, failed: 0 });
    for (const id of ids) await (await bench.queue.getJob(id))!.updateData({ log: bench.log, ms: 0 });
    bench.worker('work.mjs', { useWorkerThreads, ...quick });
    await bench.finished(2);
    expect(bench.idsOf('E').sort()).toEqual([...ids].sort());
    expect(await bench.counts()).toMatchObject({ completed: 2, failed: 0 });
  });

  it('then close(true) does not wait any longer', async () => {
    bench = new JobBench(variant, redis);
    const warnings = warningsOf('LEAKGUARD_SHUTDOWN');
    const [id] = await bench.add(1, { ms: 60_000 });
    const worker = bench.worker('work.mjs', { maxJobsPerWorker: 50, useWorkerThreads });
    await until(() => bench.idsOf('S').length === 1, 'the job has begun');
    const closing = worker.close();
    await worker.close(true);
    await closing;
    expect(await warnings.all()).toEqual([expect.stringContaining(`close(true) was called`)]);
    expect(await bench.counts()).toMatchObject({ active: 1, failed: 0 });
    expect(bench.idsOf('E')).not.toContain(id);
  });

  it('with force at once cuts the jobs off without failing them', async () => {
    bench = new JobBench(variant, redis);
    await bench.add(1, { ms: 60_000 }, { attempts: 1 });
    const worker = bench.worker('work.mjs', { maxJobsPerWorker: 50, useWorkerThreads });
    await until(() => bench.idsOf('S').length === 1, 'the job has begun');
    await worker.close(true);
    expect(await bench.counts()).toMatchObject({ active: 1, failed: 0, completed: 0 });
  });

  it('while a spare starts ends it too', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'leakguard-closing-'));
    process.env.LEAKGUARD_TEST_MARKER = join(folder, 'marker');
    process.env.LEAKGUARD_TEST_LOAD_MS = '0';
    bench = new JobBench(variant, redis);
    await bench.add(1);
    const worker = bench.worker('slow-to-load.mjs', { maxJobsPerWorker: 2, useWorkerThreads });
    await bench.finished(1);
    rmSync(process.env.LEAKGUARD_TEST_MARKER);
    process.env.LEAKGUARD_TEST_LOAD_MS = '60000';
    await bench.add(1);
    await bench.finished(2);
    await until(() => existsSync(process.env.LEAKGUARD_TEST_MARKER!), 'a spare loads');
    await worker.close();
    rmSync(folder, { recursive: true });
    expect(await bench.counts()).toMatchObject({ completed: 2, failed: 0 });
  });

  it('ends isolates that left handles open', async () => {
    bench = new JobBench(variant, redis);
    const ids = await bench.add(8);
    const worker = bench.worker('open-handles.mjs', { maxJobsPerWorker: 2, useWorkerThreads });
    await bench.finished(8);
    await until(() => bench.recycled.length >= 1, 'an isolate was recycled');
    await worker.close();
    expect(bench.idsOf('E').sort()).toEqual([...ids].sort());
  });
});

/** What copies of the packages share in this process. */
function shared<T>(name: string): T | undefined {
  return (globalThis as Record<symbol, T | undefined>)[Symbol.for(name)];
}

describe.each(MAJORS)('close() ($name)', (major) => {
  const { bullmq } = major;
  it.each(['ends', 'fails'])(
    "closes the worker's handle of the shared guard when BullMQ's own %s",
    async (how) => {
      class Stock extends bullmq.Worker {
        override async close(force?: boolean): Promise<void> {
          await super.close(force);
          if (how === 'fails') throw new Error('it failed');
        }
      }
      const Worker = guardedWorkerOf({ ...bullmq, Worker: Stock as never });
      bench = new JobBench(major, redis);
      const worker = new Worker(bench.queue.name, async () => 1, { connection: bench.connection });
      await worker.waitUntilReady();
      expect(shared('leakguard.shared-guard')).toBeDefined();
      expect(shared<Set<unknown>>('leakguard.bullmq.open-workers/1')!.size).toBe(1);
      const closing = worker.close();
      if (how === 'fails') await expect(closing).rejects.toThrow('it failed');
      else await closing;
      expect(shared('leakguard.shared-guard')).toBeUndefined();
      expect(shared<Set<unknown>>('leakguard.bullmq.open-workers/1')!.size).toBe(0);
    },
  );
});

describe.each(MAJORS)('close() without Redis ($name)', (major) => {
  it('ends by shutdownTimeout, where BullMQ waits for ever, and lists the active jobs', async () => {
    bench = new JobBench(major, redis);
    const warnings = warningsOf('LEAKGUARD_SHUTDOWN');
    const ids = await bench.add(3, { ms: 400 });
    const worker = bench.worker('work.mjs', {
      concurrency: 3,
      maxJobsPerWorker: 50,
      shutdownTimeout: 500,
      ...quick,
    });
    await until(() => bench.idsOf('S').length === 3, 'jobs have begun');
    await redis.down();
    await worker.close();
    const [text] = await warnings.all();
    for (const id of ids) expect(text).toContain(id);
    await redis.up();
    bench.worker('work.mjs', quick);
    await bench.finished(3);
    expect([...new Set(bench.idsOf('E'))].sort()).toEqual([...ids].sort());
    expect(await bench.counts()).toMatchObject({ completed: 3, failed: 0 });
  });

  it('that was never there ends at once', async () => {
    bench = new JobBench(major, redis);
    const { GuardedWorker } = major;
    const warnings = warningsOf('LEAKGUARD_SHUTDOWN');
    const worker = new GuardedWorker('nowhere', processorFile('work.mjs'), {
      connection: { host: '127.0.0.1', port: 1, maxRetriesPerRequest: null },
      maxJobsPerWorker: 50,
    });
    worker.on('error', () => undefined);
    await worker.close();
    expect(await warnings.all()).toEqual([]);
  });
});
