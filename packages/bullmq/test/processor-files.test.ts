import { pathToFileURL } from 'node:url';
import { startRedis, type TestRedis } from '@leakguard/test-utils';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { JobBench, processorFile } from './job-bench.ts';
import { DIAGONAL, MAJORS, VARIANTS } from './majors.ts';
import { until } from './until.ts';

// Isolates run the built package: `npm run build -w packages/bullmq` first.
let redis: TestRedis;
let bench: JobBench;

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());
afterEach(() => bench.close());

async function returned(id: string): Promise<unknown> {
  return (await bench.queue.getJob(id))!.returnvalue;
}

describe.each(DIAGONAL)('processor files ($title)', (variant) => {
  const options = { maxJobsPerWorker: 2, useWorkerThreads: variant.useWorkerThreads };

  it.each([
    ['plain.cjs', 'plain'],
    ['compiled.cjs', 'compiled'],
    ['synchronous.mjs', 'synchronous'],
  ])('may be %s', async (file, value) => {
    bench = new JobBench(variant, redis);
    const ids = await bench.add(2);
    bench.worker(file, options);
    await bench.finished(2);
    for (const id of ids) expect(await returned(id)).toBe(value);
  });

  it('may be given as a URL', async () => {
    bench = new JobBench(variant, redis);
    const [id] = await bench.add(1);
    bench.worker(pathToFileURL(processorFile('work.mjs')), options);
    await bench.finished(1);
    expect(await returned(id!)).toBe(id);
  });

  it('report progress and logs, and read the values of children, in each of their isolates', async () => {
    bench = new JobBench(variant, redis);
    const progress: unknown[] = [];
    const flow = new variant.bullmq.FlowProducer({ connection: bench.connection });
    const data = { log: bench.log };
    const queueName = bench.queue.name;
    const tree = await flow.add({
      name: 'parent',
      queueName,
      data,
      children: Array.from({ length: 6 }, () => ({ name: 'child', queueName, data })),
    });
    const worker = bench.worker('calls-back.mjs', { ...options, concurrency: 2 });
    worker.on('progress', (_job, value) => void progress.push(value));
    await bench.finished(7);
    await flow.close();
    const parent = tree.job.id!;
    expect(((await returned(parent)) as { children: unknown[] }).children).toHaveLength(6);
    expect(progress).toHaveLength(7);
    expect((await bench.queue.getJobLogs(parent)).logs).toEqual([`line of ${parent}`]);
    expect(bench.idsOf('E').at(-1)).toBe(parent);
    expect(bench.idsOf('E')).toHaveLength(7);
    expect(bench.isolates.length).toBeGreaterThan(1);
  });

  it('may move their job to delayed, which is no failure', async () => {
    bench = new JobBench(variant, redis);
    const ids = await bench.add(4, { delay: true });
    bench.worker('calls-back.mjs', options);
    await bench.finished(4);
    expect(bench.idsOf('E').sort()).toEqual([...ids].sort());
    expect(await bench.counts()).toMatchObject({ completed: 4, failed: 0 });
    const first = (await bench.queue.getJob(ids[0]!))!;
    expect(first.attemptsStarted).toBe(2);
  });

  it('with three parameters get a signal, which cancelJob aborts', async () => {
    bench = new JobBench(variant, redis);
    const ids = await bench.add(3);
    const worker = bench.worker('takes-signal.mjs', { ...options, concurrency: 1 });
    for (const [nth, id] of ids.entries()) {
      await until(() => bench.idsOf('S').length > nth, 'the job has begun');
      expect(worker.cancelJob(id, 'enough')).toBe(true);
      await bench.finished(nth + 1);
      expect(await returned(id)).toEqual({ reason: 'enough', parameters: 3 });
    }
  });

  it('get and give back 8 MB while they are recycled', async () => {
    bench = new JobBench(variant, redis);
    const text = 'x'.repeat(8 * 1_048_576);
    const ids = await bench.add(4, { text });
    bench.worker('payload.mjs', { ...options, maxJobsPerWorker: 1 });
    await bench.finished(4);
    for (const id of ids) expect(await returned(id)).toMatchObject({ length: text.length });
    expect(bench.isolates).toHaveLength(4);
    expect(bench.idsOf('S')).toHaveLength(4);
  });
});

describe.each(MAJORS)('what lives in Redis ($name)', (major) => {
  it('is not touched by recycling: a limited queue stays limited', async () => {
    bench = new JobBench(major, redis);
    const ids = await bench.add(12);
    bench.worker('work.mjs', {
      maxJobsPerWorker: 2,
      concurrency: 2,
      useWorkerThreads: true,
      limiter: { max: 4, duration: 150 },
    });
    await bench.finished(12);
    expect(bench.idsOf('S').sort()).toEqual([...ids].sort());
    expect(await bench.counts()).toMatchObject({ completed: 12, failed: 0 });
    expect(bench.isolates.length).toBeGreaterThan(2);
  });

  it('nor are the ticks of a job scheduler', async () => {
    bench = new JobBench(major, redis);
    await bench.queue.upsertJobScheduler(
      'tick',
      { every: 60, limit: 10 },
      { name: 'tick', data: { log: bench.log } },
    );
    bench.worker('work.mjs', { maxJobsPerWorker: 2, useWorkerThreads: true });
    await until(() => bench.idsOf('E').length >= 8, 'it has ticked');
    await bench.queue.removeJobScheduler('tick');
    const started = bench.idsOf('S');
    expect(new Set(started).size).toBe(started.length);
    expect(bench.isolates.length).toBeGreaterThan(1);
  });
});

describe.each(VARIANTS)('a file that is not there ($title)', ({ GuardedWorker, useWorkerThreads }) => {
  it('is refused at construction, as BullMQ does', () => {
    bench = new JobBench(MAJORS[0]!, redis);
    const make = () =>
      new GuardedWorker('nothing', '/no/such/file.js', {
        connection: bench.connection,
        autorun: false,
        useWorkerThreads,
      });
    expect(make).toThrow('File /no/such/file.js does not exist');
  });
});
