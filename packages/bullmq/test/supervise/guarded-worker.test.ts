import { spawn } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startPrivateRedis, startRedis, type TestRedis } from '@leakguard/test-utils';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  atEnd,
  count,
  isRunning,
  program,
  type SupervisorProcess,
  supervise,
  temporaryFolder,
  until,
  watched,
} from './harness.ts';
import { JobRun, UNDAMAGED } from './jobs.ts';

const entry = program('guarded-worker');
let redis: TestRedis;

beforeAll(async () => {
  redis = await startRedis();
  atEnd(() => redis.stop());
});

/** The program without a supervisor. */
function alone(jobs: JobRun): SupervisorProcess {
  const env = { ...process.env, ...jobs.env };
  return watched(
    spawn(process.execPath, [entry], { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] }),
  );
}

describe.concurrent('a GuardedWorker with a processor function', () => {
  test('is replaced after maxJobsPerWorker, and no job is lost, doubled, stalled or failed', async () => {
    const jobs = new JobRun(redis, { MAX_JOBS: '40', JOB_MS: '10' });
    const { supervisor, events } = supervise({ entry, processes: 2, env: jobs.env });
    await jobs.feedUntil('several replaced', () => count(events, 'replaced') >= 3);
    await supervisor.close();
    expect(await jobs.damage()).toEqual(UNDAMAGED);
    expect(count(events, 'crashed')).toBe(0);
    const replaced = events.filter(({ event }) => event === 'replaced');
    for (const { reason, killed, jobs: done, heapBytes } of replaced) {
      expect({ reason, killed }).toEqual({ reason: 'jobs', killed: false });
      expect(done).toBeGreaterThanOrEqual(14);
      expect(done).toBeLessThanOrEqual(40);
      expect(heapBytes).toBeGreaterThan(1_000_000);
    }
    expect(new Set(replaced.map(({ oldPid }) => oldPid)).size).toBe(replaced.length);
    const told = jobs.lines('recycled');
    expect(told.map(({ pid }) => pid)).toEqual(replaced.map(({ oldPid }) => oldPid));
    expect(told.every(({ id }) => /^jobs:\d+:process$/.test(id))).toBe(true);
  });

  test('is replaced above maxHeapPerWorker', async () => {
    const jobs = new JobRun(redis, {
      MAX_JOBS: 'none',
      MAX_HEAP: '80MB',
      LEAK: '1',
      JOB_MS: '20',
      CONCURRENCY: '2',
    });
    const { supervisor, events } = supervise({ entry, processes: 1, env: jobs.env });
    await jobs.feedUntil('replaced', () => count(events, 'replaced') >= 1);
    await supervisor.close();
    expect(events.find(({ event }) => event === 'replaced')).toMatchObject({ reason: 'heap', killed: false });
    expect(events.find(({ event }) => event === 'replaced')!.heapBytes).toBeGreaterThan(80 * 1024 * 1024);
    expect(await jobs.damage()).toEqual(UNDAMAGED);
  });

  test('lets a job end that takes longer than shutdownTimeout when it is replaced', async () => {
    const hold = join(temporaryFolder(), 'hold');
    const jobs = new JobRun(redis, { MAX_JOBS: '1', SHUTDOWN_TIMEOUT: '50', HOLD_WHILE: hold });
    await jobs.add(1);
    const { supervisor, events } = supervise({ entry, processes: 1, env: jobs.env });
    const [old] = supervisor.pids as [number];
    await until('one ended', () => jobs.lines('ended').length === 1);
    writeFileSync(hold, '');
    await jobs.add(1);
    await until('it drains', () => jobs.lines('recycled').length === 1);
    const { time, pid } = jobs.lines('recycled')[0]!;
    expect(pid).toBe(old);
    await until('shutdownTimeout is over', () => performance.timeOrigin + performance.now() > time + 500);
    expect(isRunning(old)).toBe(true);
    rmSync(hold);
    await jobs.allCompleted();
    await until('replaced', () => count(events, 'replaced') >= 1);
    expect(events.find(({ event }) => event === 'replaced')).toMatchObject({ oldPid: old, killed: false });
    await supervisor.close();
    expect(await jobs.damage()).toEqual(UNDAMAGED);
    expect(jobs.lines('started').map((line) => line.pid)).toEqual([old, old]);
  });

  test('ends by shutdownTimeout when all is shut down, whatever its jobs do', async () => {
    const hold = join(temporaryFolder(), 'hold');
    writeFileSync(hold, '');
    const jobs = new JobRun(redis, { MAX_JOBS: '100', SHUTDOWN_TIMEOUT: '300', HOLD_WHILE: hold });
    await jobs.add(1);
    const { supervisor } = supervise({ entry, processes: 1, env: jobs.env });
    const [pid] = supervisor.pids as [number];
    await until('started', () => jobs.lines('started').length === 1);
    await supervisor.close();
    expect(await supervisor.closed).toEqual({ reason: 'closed', exitCode: 0 });
    expect(isRunning(pid)).toBe(false);
    expect(jobs.lines('ended')).toEqual([]);
    expect(await jobs.queue.getActiveCount()).toBe(1);
  });

  test('closes although Redis restarts during the replacement', async () => {
    const own = await startPrivateRedis();
    atEnd(() => own.stop());
    const jobs = new JobRun(own, { JOB_MS: '20', MAX_JOBS: '20', SHUTDOWN_TIMEOUT: '1000' });
    await jobs.add(50);
    const { supervisor, events } = supervise({ entry, processes: 1, env: jobs.env });
    const [first] = supervisor.pids as [number];
    await until('replacement boots', () => supervisor.pids.length === 2);
    await own.down();
    expect(supervisor.pids).toContain(first);
    await own.up();
    await jobs.feedUntil('replaced', () => count(events, 'replaced') >= 1);
    await supervisor.close();
    const replaced = events.find(({ event }) => event === 'replaced');
    expect(replaced).toMatchObject({ oldPid: first, killed: false });
    expect(count(events, 'crashed')).toBe(0);
    expect(await jobs.damage()).toEqual(UNDAMAGED);
  });

  test('that nobody supervises is refused, with both one-line fixes', async () => {
    const { exit, output } = alone(new JobRun(redis));
    expect((await exit).code).toBe(1);
    expect(output()).toContain('ERR_LEAKGUARD_OPTION');
    expect(output()).toContain('npx leakguard run worker.js');
    expect(output()).toContain("recycle: 'exit'");
  });

  test("with recycle: 'exit' drains and exits with 0 for whoever starts it again", async () => {
    const jobs = new JobRun(redis, { RECYCLE: 'exit', MAX_JOBS: '10' });
    await jobs.add(60);
    const runs: SupervisorProcess[] = [];
    while ((await jobs.completed()) < 60 && runs.length < 20) {
      runs.push(alone(jobs));
      // The last one finds nothing to do and stays.
      const { exit } = runs.at(-1)!;
      await Promise.race([exit, jobs.allCompleted()]);
    }
    expect(runs.length).toBeGreaterThanOrEqual(3);
    expect(runs.length).toBeLessThan(20);
    expect(await Promise.all(runs.slice(0, -1).map(({ exit }) => exit))).toEqual(
      runs.slice(0, -1).map(() => ({ code: 0, signal: null })),
    );
    expect(await jobs.damage()).toEqual(UNDAMAGED);
    expect(new Set(jobs.lines('started').map(({ pid }) => pid)).size).toBeGreaterThanOrEqual(3);
  });

  test("with recycle: 'exit' under a supervisor is replaced first, as without it", async () => {
    const jobs = new JobRun(redis, { RECYCLE: 'exit', MAX_JOBS: '20', JOB_MS: '10' });
    const { supervisor, events } = supervise({ entry, processes: 1, env: jobs.env });
    await jobs.feedUntil('replaced', () => count(events, 'replaced') >= 2);
    await supervisor.close();
    expect(await jobs.damage()).toEqual(UNDAMAGED);
    expect(count(events, 'crashed')).toBe(0);
    expect(events.flatMap(({ oldPid }) => (oldPid as number) ?? []).filter(isRunning)).toEqual([]);
  });

  test("of which there are several in a process, with recycle: 'exit', recycle it once: the first at its limit", async () => {
    const jobs = new JobRun(redis, { RECYCLE: 'exit', MAX_JOBS: '20', WORKERS: '2' });
    await jobs.add(100);
    expect(await alone(jobs).exit).toEqual({ code: 0, signal: null });
    expect(jobs.lines('recycled')).toHaveLength(1);
    expect(jobs.lines('closed')).toHaveLength(2);
    // Each counts its own, and finishes what it has begun.
    expect(jobs.lines('ended').length).toBeGreaterThanOrEqual(18);
    expect(jobs.lines('ended').length).toBeLessThan(60);
  });

  test('of which there are several in a process that is supervised have it replaced once, too', async () => {
    const jobs = new JobRun(redis, { MAX_JOBS: '20', JOB_MS: '10', WORKERS: '2' });
    const { supervisor, events } = supervise({ entry, processes: 1, env: jobs.env });
    await jobs.feedUntil('several replaced', () => count(events, 'replaced') >= 2);
    await supervisor.close();
    const replaced = events.filter(({ event }) => event === 'replaced');
    expect(jobs.lines('recycled').map(({ pid }) => pid)).toEqual(replaced.map(({ oldPid }) => oldPid));
    expect(await jobs.damage()).toEqual(UNDAMAGED);
  });
});
