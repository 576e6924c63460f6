import { startRedis, type TestRedis } from '@leakguard/test-utils';
import { beforeAll, expect, test } from 'vitest';
import { atEnd, count, isRunning, program, supervise, supervisorProcess, until } from './harness.ts';
import { JobRun, UNDAMAGED } from './jobs.ts';

const entry = program('job-worker');
let redis: TestRedis;

beforeAll(async () => {
  redis = await startRedis();
  atEnd(() => redis.stop());
});

test.concurrent('replaced workers lose no job, run none twice, stall none and fail none, and there is never one too few', async () => {
  const jobs = new JobRun(redis, { MAX_JOBS: '40', JOB_MS: '10' });
  const { supervisor, events } = supervise({ entry, processes: 2, env: jobs.env });
  await jobs.feedUntil('several replaced', () => count(events, 'replaced') >= 4);
  await supervisor.close();
  expect(await jobs.damage()).toEqual(UNDAMAGED);
  const replaced = events.filter(({ event }) => event === 'replaced');
  expect(replaced.length).toBeGreaterThanOrEqual(4);
  expect(
    replaced.every(({ reason, killed, jobs }) => reason === 'jobs' && !killed && Number(jobs) >= 10),
  ).toBe(true);
  expect(count(events, 'crashed')).toBe(0);
  expect(new Set(jobs.lines('started').map(({ pid }) => pid)).size).toBeGreaterThanOrEqual(6);
  expect(replaced.flatMap(({ oldPid }) => oldPid as number).filter(isRunning)).toEqual([]);
  // Of the log only what came before the end, when all drain.
  const end = jobs.lines('ended').at(-1)!.time;
  expect(jobs.fewestServing(2, end)).toBe(2);
});

test.concurrent('a job that takes longer than its lock is finished by the worker that drains', async () => {
  const jobs = new JobRun(redis, { MAX_JOBS: '1', JOB_MS: '3000', LOCK_MS: '2000', CONCURRENCY: '1' });
  await jobs.add(2);
  const { supervisor, events } = supervise({ entry, processes: 1, env: jobs.env });
  await until('both started', () => jobs.lines('started').length === 2);
  await jobs.allCompleted();
  await until('replaced', () => count(events, 'replaced') >= 1);
  await supervisor.close();
  expect(await jobs.damage()).toEqual(UNDAMAGED);
});

test.concurrent('a SIGTERM to the whole process group drains once: no job fails and the rest waits', async () => {
  const jobs = new JobRun(redis, { JOB_MS: '50', MAX_JOBS: '1000' });
  await jobs.add(400);
  const supervisor = supervisorProcess('job-worker', 2, { env: jobs.env });
  await until('jobs run in both', () => new Set(jobs.lines('started').map(({ pid }) => pid)).size === 2);
  process.kill(-supervisor.pid, 'SIGTERM');
  expect(await supervisor.exit).toEqual({ code: 0, signal: null });
  expect(supervisor.events.at(-1)).toEqual({ event: 'closed', reason: 'signal', exitCode: 0 });
  expect(count(supervisor.events, 'crashed')).toBe(0);
  const pids = [...new Set(jobs.lines().map(({ pid }) => pid))];
  expect(pids.filter(isRunning)).toEqual([]);
  expect(
    jobs
      .lines('draining')
      .map(({ pid }) => pid)
      .sort(),
  ).toEqual(pids.sort());
  const counts = await jobs.queue.getJobCounts('active', 'failed', 'waiting', 'completed');
  expect(counts).toMatchObject({ active: 0, failed: 0 });
  expect(counts.waiting).toBeGreaterThan(0);
  expect(counts.waiting! + counts.completed!).toBe(400);
  expect(
    jobs
      .lines('started')
      .map(({ id }) => id)
      .sort(),
  ).toEqual(
    jobs
      .lines('ended')
      .map(({ id }) => id)
      .sort(),
  );
});

test.concurrent('workers of a supervisor that is killed finish their jobs and end, and others do the rest', async () => {
  const jobs = new JobRun(redis, { JOB_MS: '100', MAX_JOBS: '1000' });
  await jobs.add(60);
  const { pid, exit } = supervisorProcess('job-worker', 2, { env: jobs.env });
  await until('jobs run in both', () => new Set(jobs.lines('started').map((line) => line.pid)).size === 2);
  process.kill(pid, 'SIGKILL');
  expect(await exit).toEqual({ code: null, signal: 'SIGKILL' });
  const orphans = [...new Set(jobs.lines('started').map((line) => line.pid))];
  await until('workers gone', () => !orphans.some(isRunning));
  expect(jobs.lines('started')).toHaveLength(jobs.lines('ended').length);
  expect(await jobs.completed()).toBeLessThan(60);
  const { supervisor } = supervise({ entry, processes: 1, env: jobs.env });
  await jobs.allCompleted();
  await supervisor.close();
  expect(await jobs.damage()).toEqual(UNDAMAGED);
});

test.concurrent('SIGHUP replaces all while jobs run', async () => {
  const jobs = new JobRun(redis, { JOB_MS: '20', MAX_JOBS: '100000' });
  await jobs.add(300);
  const { pid, exit, events } = supervisorProcess('job-worker', 2, { env: jobs.env });
  await until('jobs run in both', () => new Set(jobs.lines('started').map((line) => line.pid)).size === 2);
  const first = [...new Set(jobs.lines('started').map((line) => line.pid))];
  await until('ready', () => count(events, 'ready') === 1);
  process.kill(pid, 'SIGHUP');
  await until('both replaced', () => count(events, 'replaced') === 2);
  expect(events.slice(1).map(({ oldPid, reason }) => ({ oldPid, reason }))).toEqual(
    expect.arrayContaining(first.map((oldPid) => ({ oldPid, reason: 'restart' }))),
  );
  await jobs.allCompleted();
  process.kill(pid, 'SIGTERM');
  expect(await exit).toEqual({ code: 0, signal: null });
  expect(await jobs.damage()).toEqual(UNDAMAGED);
});
