import { createGuard, type Guard } from '@leakguard/core';
import { recordingGuard, startRedis, type TestRedis } from '@leakguard/test-utils';
import type { Job } from 'bullmq';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { HostProgram } from './host-program.ts';
import { JobBench, processorFile } from './job-bench.ts';
import { MAJORS } from './majors.ts';

// Programs and isolates run the built package: `npm run build -w packages/bullmq` first.
let redis: TestRedis;
let bench: JobBench;
const programs: HostProgram[] = [];

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());
afterEach(async () => {
  for (const program of programs.splice(0)) await program.stop();
  await bench.close();
});

describe.each(MAJORS)('jobs are counted ($name)', (major) => {
  it('under queue and name, failed ones too, with the job as subject and the processor as handler', async () => {
    bench = new JobBench(major, redis);
    const guard = recordingGuard();
    await bench.queue.addBulk([
      { name: 'mail', data: {} },
      { name: 'resize', data: {} },
      { name: 'mail', data: { fails: true } },
    ]);
    const jobs: object[] = [];
    const processor = async (job: Job): Promise<void> => {
      jobs.push(job);
      if (job.data.fails) throw new Error('as asked');
    };
    bench.worker(processor, { guard });
    await guard.finished(3);
    const queue = bench.queue.name;
    expect(guard.finishedByScope()).toEqual({ [`${queue}:mail`]: 2, [`${queue}:resize`]: 1 });
    expect(guard.units.map(({ subject }) => subject)).toEqual(jobs);
    for (const { handlers } of guard.units) expect(handlers).toEqual([processor]);
    expect(guard.units.every(({ ends, entered }) => ends === 1 && entered.length === 1)).toBe(true);
  });

  it('of isolates as well', async () => {
    bench = new JobBench(major, redis);
    const guard = recordingGuard();
    await bench.add(4);
    bench.worker(processorFile('work.mjs'), { guard, useWorkerThreads: true });
    await guard.finished(4);
    expect(guard.finishedByScope()).toEqual({ [`${bench.queue.name}:job`]: 4 });
    for (const { handlers } of guard.units) expect(handlers).toEqual([]);
  });

  it('by no guard that is closed, and whatever a guard does, jobs go on', async () => {
    bench = new JobBench(major, redis);
    const broken = new Proxy({ begin: () => undefined, scope: () => undefined } as unknown as Guard, {
      get: (_, key) => () => {
        throw new Error(`${String(key)} is broken`);
      },
    });
    const ids = await bench.add(6);
    const closed = createGuard();
    await closed.close();
    for (const guard of [broken, closed]) bench.worker(async () => 'done', { guard });
    await bench.finished(6);
    expect(await bench.counts()).toMatchObject({ completed: ids.length, failed: 0 });
  });

  it('keeps what BullMQ gives to a processor: `this`-less call, token, and a signal for three parameters', async () => {
    bench = new JobBench(major, redis);
    await bench.add(1);
    const seen: unknown[] = [];
    bench.worker(async (job, token, signal) => {
      seen.push(job.name, typeof token, signal instanceof AbortSignal);
    });
    await bench.finished(1);
    expect(seen).toEqual(['job', 'string', true]);
  });
});

describe.each(MAJORS)('a processor function ($name)', (major) => {
  it.each([{ maxJobsPerWorker: 10 }, { maxHeapPerWorker: '512MB' }])(
    'with %o and nobody to keep it is refused at once, with what to do',
    async (limit) => {
      bench = new JobBench(major, redis);
      const make = () => bench.worker(async () => 'done', limit);
      expect(make).toThrow(expect.objectContaining({ code: 'ERR_LEAKGUARD_OPTION' }));
      expect(make).toThrow('npx leakguard run worker.js');
      expect(make).toThrow("recycle: 'exit'");
      expect(make).toThrow(/processor file/);
    },
  );

  it('that is missing leaves limits without anybody to keep them', () => {
    bench = new JobBench(major, redis);
    expect(() => bench.worker(null, { maxJobsPerWorker: 10 })).toThrow('processor must be given');
  });

  it("with recycle: 'exit' drains its process, which exits with 0, and the next one goes on", async () => {
    bench = new JobBench(major, redis);
    const ids = await bench.add(60, { ms: 5 });
    const options = { concurrency: 4, maxJobsPerWorker: 20, recycle: 'exit' };
    const start = (): HostProgram => {
      const program = new HostProgram(major, bench, null, options);
      programs.push(program);
      return program;
    };
    const first = start();
    expect(await first.ended()).toBe(0);
    expect(first.recycled).toEqual([expect.objectContaining({ reason: 'jobs', ms: null })]);
    const done = bench.idsOf('E').length;
    expect(done).toBeGreaterThanOrEqual(18);
    expect(done).toBeLessThan(60);
    expect(await bench.counts()).toMatchObject({ active: 0, failed: 0, completed: done });
    while (bench.idsOf('E').length < ids.length - 20) expect(await start().ended()).toBe(0);
    start();
    await bench.finished(ids.length);
    expect(bench.idsOf('S').sort()).toEqual([...ids].sort());
    expect(bench.pids.length).toBeGreaterThanOrEqual(3);
  });
});
