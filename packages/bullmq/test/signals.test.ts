import { startRedis, type TestRedis } from '@leakguard/test-utils';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { HostProgram } from './host-program.ts';
import { JobBench } from './job-bench.ts';
import { MAJORS, VARIANTS } from './majors.ts';
import { isRunning, until } from './until.ts';

// The programs and their isolates run the built package: `npm run build -w packages/bullmq` first.
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

function start(major: (typeof MAJORS)[number], processor: string | null, options: object): HostProgram {
  const program = new HostProgram(major, bench, processor, options);
  programs.push(program);
  return program;
}

/** What the first program left is done by a second one: each job once, none failed. */
async function expectTheRestDoneOnce(
  variant: (typeof VARIANTS)[number],
  ids: readonly string[],
): Promise<void> {
  expect(await bench.counts()).toMatchObject({ active: 0, failed: 0 });
  bench.worker('work.mjs', { concurrency: 4, useWorkerThreads: variant.useWorkerThreads });
  await bench.finished(ids.length);
  expect(bench.idsOf('S').sort()).toEqual([...ids].sort());
  expect(bench.idsOf('E').sort()).toEqual([...ids].sort());
  expect(await bench.counts()).toMatchObject({ completed: ids.length, failed: 0 });
}

describe.each(VARIANTS)('SIGTERM ($title)', (variant) => {
  const options = {
    concurrency: 4,
    maxJobsPerWorker: 5,
    useWorkerThreads: variant.useWorkerThreads,
  };

  it('to the whole process group in the middle of jobs and recycling loses, doubles and fails none', async () => {
    bench = new JobBench(variant, redis);
    const ids = await bench.add(120, { ms: 15 });
    const program = start(variant, 'work.mjs', options);
    await until(() => program.recycled.length >= 2, 'isolates were recycled');
    program.signalGroup('SIGTERM');
    expect(await program.ended()).toBe(0);
    expect(bench.idsOf('E').length).toBeLessThan(ids.length);
    await expectTheRestDoneOnce(variant, ids);
  });

  it('twice in a row closes once', async () => {
    bench = new JobBench(variant, redis);
    const ids = await bench.add(80, { ms: 15 });
    const program = start(variant, 'work.mjs', options);
    await until(() => bench.idsOf('E').length >= 20, 'jobs are under way');
    program.process.kill('SIGTERM');
    program.process.kill('SIGINT');
    expect(await program.ended()).toBe(0);
    expect(program.signals.length).toBeGreaterThanOrEqual(1);
    await expectTheRestDoneOnce(variant, ids);
  });
});

describe.each(MAJORS)('a program with child processes ($name)', (major) => {
  it('that is idle ends at a signal to its group, its children with it', async () => {
    bench = new JobBench(major, redis);
    await bench.add(4, { ms: 20 });
    const program = start(major, 'work.mjs', { concurrency: 4, maxJobsPerWorker: 50 });
    await bench.finished(4);
    const pids = bench.pids;
    program.signalGroup('SIGINT');
    expect(await program.ended()).toBe(0);
    expect(pids.length).toBeGreaterThan(0);
    await until(() => !pids.some(isRunning), 'the children are gone');
  });

  it('that is killed takes its children with it at once, and the jobs run again', async () => {
    bench = new JobBench(major, redis);
    const ids = await bench.add(4, { ms: 60_000 });
    const quick = { lockDuration: 1000, stalledInterval: 500 };
    const program = start(major, 'work.mjs', { concurrency: 4, maxJobsPerWorker: 50, ...quick });
    await until(() => bench.idsOf('S').length === 4, 'all jobs have begun');
    const pids = bench.pids;
    process.kill(program.pid, 'SIGKILL');
    expect(await program.ended()).toBe('SIGKILL');
    // Long before their jobs would end.
    await until(() => !pids.some(isRunning), 'the children are gone');
    for (const id of ids) await (await bench.queue.getJob(id))!.updateData({ log: bench.log, ms: 0 });
    bench.worker('work.mjs', { concurrency: 4, ...quick });
    await bench.finished(4);
    expect(bench.idsOf('E').sort()).toEqual([...ids].sort());
    expect(bench.stalled.sort()).toEqual([...ids].sort());
  });
});
