import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRedis, type TestRedis } from '@leakguard/test-utils';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { JobBench } from './job-bench.ts';
import { DIAGONAL, MAJORS } from './majors.ts';
import { until } from './until.ts';
import { warningsOf } from './warnings.ts';

// Isolates run the built package: `npm run build -w packages/bullmq` first.
let redis: TestRedis;
let bench: JobBench;
let folder: string;
let marker: string;

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'leakguard-loading-'));
  marker = join(folder, 'marker');
  process.env.LEAKGUARD_TEST_MARKER = marker;
});
afterEach(async () => {
  await bench.close();
  rmSync(folder, { recursive: true, force: true });
});

async function reasonOf(id: string): Promise<string> {
  return (await bench.queue.getJob(id))!.failedReason;
}

describe.each(DIAGONAL)('a processor file ($title)', (variant) => {
  const { useWorkerThreads } = variant;

  it('that throws fails the job with what it threw', async () => {
    bench = new JobBench(variant, redis);
    const ids = await bench.add(2);
    bench.worker('throws-at-import.mjs', { maxJobsPerWorker: 50, useWorkerThreads });
    await bench.finished(2);
    for (const id of ids) expect(await reasonOf(id)).toBe('this file cannot be loaded');
  });

  it('that calls process.exit fails the job after some tries, where BullMQ hangs for ever', async () => {
    bench = new JobBench(variant, redis);
    const [id] = await bench.add(1);
    bench.worker('exits-at-import.mjs', { maxJobsPerWorker: 50, useWorkerThreads });
    await bench.finished(1);
    expect(await reasonOf(id!)).toContain('ended while it loaded the processor file: exit code 7');
  });

  it('that never loads fails the job when its time is up', async () => {
    bench = new JobBench(variant, redis);
    const [id] = await bench.add(1);
    bench.worker('never-loads.mjs', { maxJobsPerWorker: 50, childInitTimeout: 400, useWorkerThreads });
    await bench.finished(1);
    expect(await reasonOf(id!)).toContain('not loaded the processor file after 400 ms (childInitTimeout)');
  });

  it.each([
    ['no-function.mjs', 'No function is exported in processor file'],
    ['named-only.mjs', 'No function is exported in processor file'],
  ])('%s fails the job: %s', async (file, reason) => {
    bench = new JobBench(variant, redis);
    const [id] = await bench.add(1);
    bench.worker(file, { useWorkerThreads });
    await bench.finished(1);
    expect(await reasonOf(id!)).toContain(reason);
  });
});

describe.each(MAJORS)('a child that dies while it loads ($name)', (major) => {
  it('is started again, and the job loses no attempt', async () => {
    bench = new JobBench(major, redis);
    const ids = await bench.add(3, {}, { attempts: 1 });
    bench.worker('dies-at-first-import.mjs', { maxJobsPerWorker: 50 });
    await bench.finished(3);
    expect(bench.idsOf('E')).toEqual(ids);
    expect(await bench.counts()).toMatchObject({ completed: 3, failed: 0 });
    expect(readFileSync(marker, 'utf8')).toBe('L\nL\n');
  });

  it('by kill -9 is started again too, a spare as well', async () => {
    bench = new JobBench(major, redis);
    const ids = await bench.add(90, { ms: 20 }, { attempts: 1 });
    process.env.LEAKGUARD_TEST_LOAD_MS = '200';
    bench.worker('slow-to-load.mjs', { maxJobsPerWorker: 5 });
    const loading = () => (existsSync(marker) ? readFileSync(marker, 'utf8').trim().split('\n') : []);
    for (const nth of [1, 3]) {
      const line = await until(() => loading()[nth - 1], `isolate ${nth} loads`);
      process.kill(Number(line.split(':')[0]), 'SIGKILL');
    }
    await bench.finished(ids.length);
    // It is tried again after a second, and where the machine is slow the jobs end before it is ready.
    await until(async () => {
      ids.push(...(await bench.add(1)));
      await bench.finished(ids.length);
      return bench.isolates.length >= 2;
    }, 'another isolate took over');
    expect(bench.idsOf('S')).toEqual(ids);
    expect(await bench.counts()).toMatchObject({ completed: ids.length, failed: 0 });
  });

  it('gives the job back untouched where the worker closes meanwhile', async () => {
    bench = new JobBench(major, redis);
    const [id] = await bench.add(1, {}, { attempts: 1 });
    const worker = bench.worker('lock-file.mjs', { maxJobsPerWorker: 50 });
    await until(async () => (await bench.counts()).active === 1, 'the job is taken');
    await worker.close();
    expect(await bench.counts()).toMatchObject({ wait: 1, failed: 0, active: 0 });
    writeFileSync(marker, '');
    bench.worker('lock-file.mjs', { maxJobsPerWorker: 50 });
    await bench.finished(1);
    expect(bench.idsOf('E')).toEqual([id]);
  });
});

describe.each(DIAGONAL)('a replacement that does not start ($title)', (variant) => {
  it('leaves the old isolate at work, says so once, and is tried again', async () => {
    bench = new JobBench(variant, redis);
    const warnings = warningsOf('LEAKGUARD_REPLACEMENT');
    writeFileSync(marker, '');
    const options = { maxJobsPerWorker: 3, useWorkerThreads: variant.useWorkerThreads };
    const first = await bench.add(1);
    bench.worker('lock-file.mjs', options);
    await bench.finished(1);
    rmSync(marker);
    const ids = await bench.add(30, { ms: 20 });
    await bench.finished(31);
    expect(bench.idsOf('E')).toEqual([...first, ...ids]);
    expect(await bench.counts()).toMatchObject({ completed: 31, failed: 0 });
    expect(bench.isolates).toHaveLength(1);
    expect(await warnings.all()).toEqual([expect.stringContaining('exit code 9')]);
    // Healed: the next try after the pause succeeds.
    writeFileSync(marker, '');
    await until(async () => {
      await bench.add(1);
      return bench.recycled.length > 0;
    }, 'the old isolate was replaced');
    expect(bench.recycled[0]!.jobs).toBeGreaterThanOrEqual(31);
  });
});
