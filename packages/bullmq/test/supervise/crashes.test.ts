import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Commands, count, isRunning, program, supervise, until } from './harness.ts';

const entry = program('idle-worker');

describe.concurrent('a worker process that crashes', () => {
  test('is started again, and the others are left alone', async () => {
    const commands = new Commands();
    const { supervisor, events } = supervise({ entry, processes: 2, args: [commands.arg] });
    await until('ready', () => count(events, 'ready') === 1);
    const [crashing, other] = supervisor.pids as [number, number];
    commands.give(crashing, 'crash');
    await until('another pid', () => supervisor.pids.length === 2 && !supervisor.pids.includes(crashing));
    expect(supervisor.pids).toContain(other);
    expect(events.filter(({ event }) => event === 'crashed')).toEqual([
      { event: 'crashed', index: expect.any(Number), pid: crashing, code: 9, signal: null, phase: 'working' },
    ]);
  });

  test('counts as crashed with exit code 0 too, if it had not asked to be replaced', async () => {
    const commands = new Commands();
    const { supervisor, events } = supervise({ entry, processes: 1, args: [commands.arg] });
    await until('ready', () => count(events, 'ready') === 1);
    const [pid] = supervisor.pids as [number];
    commands.give(pid, 'exit');
    await until('crashed', () => count(events, 'crashed') === 1);
    expect(events.at(-1)).toMatchObject({ pid, code: 0, phase: 'working' });
    await until('started again', () => supervisor.pids.length === 1 && supervisor.pids[0] !== pid);
  });

  test('while its replacement boots is not started a third time', async () => {
    const commands = new Commands();
    const loading = join(commands.folder, 'loading');
    const args = [commands.arg, `--load-while=${loading}`];
    const { supervisor, events } = supervise({ entry, processes: 1, args });
    await until('ready', () => count(events, 'ready') === 1);
    const [old] = supervisor.pids as [number];
    writeFileSync(loading, '');
    commands.give(old, 'replace');
    await until('replacement boots', () => supervisor.pids.length === 2);
    const replacement = supervisor.pids.find((pid) => pid !== old)!;
    commands.give(old, 'crash');
    await until('crashed', () => count(events, 'crashed') === 1);
    expect(supervisor.pids).toEqual([replacement]);
    rmSync(loading);
    await until('replaced', () => count(events, 'replaced') === 1);
    expect(supervisor.pids).toEqual([replacement]);
  });
});

describe.concurrent('a program that cannot start', () => {
  test('is given up after so many failed starts in a row, with the exit code 1', async () => {
    const { supervisor, events, logs } = supervise({
      ...{ entry, processes: 2, args: ['--exit-at-start'], maxFailedStarts: 3 },
    });
    expect(await supervisor.closed).toEqual({ reason: 'gave-up', exitCode: 1 });
    expect(count(events, 'ready')).toBe(0);
    const crashed = events.filter(({ event }) => event === 'crashed');
    expect(crashed.every(({ code, phase }) => code === 3 && phase === 'starting')).toBe(true);
    expect(new Set(crashed.map(({ pid }) => pid)).size).toBe(crashed.length);
    expect(crashed.length).toBeGreaterThanOrEqual(3);
    expect(crashed.length).toBeLessThanOrEqual(6);
    expect(logs).toContainEqual(
      expect.stringMatching(/^error: .*idle-worker\.mjs failed to start 3 times in a row.*gave up/),
    );
    expect(supervisor.pids).toEqual([]);
  });

  test('because the system refuses the process is given up too', async () => {
    const args = ['x'.repeat(5_000_000)];
    const { supervisor, events, logs } = supervise({ entry, processes: 1, args, maxFailedStarts: 2 });
    expect(await supervisor.closed).toEqual({ reason: 'gave-up', exitCode: 1 });
    expect(events.filter(({ event }) => event === 'crashed')).toEqual(
      Array(2).fill({ event: 'crashed', index: 0, pid: null, code: null, signal: null, phase: 'starting' }),
    );
    expect(logs[0]).toMatch(/ended while starting: .*(E2BIG|ENAMETOOLONG)/);
  });

  test('is tried on and on while another worker serves', async () => {
    const commands = new Commands();
    const broken = join(commands.folder, 'broken');
    const args = [commands.arg, `--broken-while=${broken}`];
    const options = { entry, processes: 2, args, maxFailedStarts: 2, restartDelay: 1 };
    const { supervisor, events } = supervise(options);
    await until('ready', () => count(events, 'ready') === 1);
    const [crashing, other] = supervisor.pids as [number, number];
    writeFileSync(broken, '');
    commands.give(crashing, 'crash');
    await until('more failed starts than allowed', () => count(events, 'crashed') > 4);
    expect(count(events, 'closed')).toBe(0);
    expect(isRunning(other)).toBe(true);
    rmSync(broken);
    await until('both serve', () => supervisor.pids.length === 2);
  });

  test('without a worker that joins says so, and is ended', async () => {
    const args = ['--never-join'];
    const options = { entry, processes: 1, args, readyTimeout: 1000, maxFailedStarts: 1 };
    const { supervisor, logs } = supervise(options);
    const [pid] = supervisor.pids as [number];
    expect(await supervisor.closed).toEqual({ reason: 'gave-up', exitCode: 1 });
    expect(logs[0]).toBe(
      'warn: leakguard: idle-worker.mjs was not ready within 1000 ms: it started no GuardedWorker; it is started again',
    );
    expect(isRunning(pid)).toBe(false);
  });

  test('because Redis does not answer is drained before it is started again', async () => {
    const args = ['--never-ready'];
    const options = { entry, processes: 1, args, readyTimeout: 1500, maxFailedStarts: 1000 };
    const { supervisor, logs, events } = supervise(options);
    const [first] = supervisor.pids as [number];
    await until('warned', () => logs.some((line) => line.includes('its worker has no connection to Redis')));
    await until('started again', () => supervisor.pids.length === 1 && supervisor.pids[0] !== first);
    expect(isRunning(first)).toBe(false);
    expect(count(events, 'crashed')).toBe(0);
  });
});

describe.concurrent('a replacement that cannot start', () => {
  test('leaves the old worker at work, warns once, and is tried again until it can', async () => {
    const commands = new Commands();
    const broken = join(commands.folder, 'broken');
    const args = [commands.arg, `--broken-while=${broken}`];
    const { supervisor, events, logs } = supervise({ entry, processes: 1, args });
    await until('ready', () => count(events, 'ready') === 1);
    const [old] = supervisor.pids as [number];
    writeFileSync(broken, '');
    commands.give(old, 'replace');
    await until('several attempts', () => count(events, 'crashed') >= 3);
    expect(isRunning(old)).toBe(true);
    expect(count(events, 'replaced')).toBe(0);
    expect(logs.filter((line) => line.startsWith('warn: '))).toEqual([
      'warn: leakguard: a replacement could not start (idle-worker.mjs ended before it was ready); the old one works on, and it is tried again',
    ]);
    rmSync(broken);
    await until('replaced', () => count(events, 'replaced') === 1);
    expect(events.find(({ event }) => event === 'replaced')).toMatchObject({ oldPid: old, killed: false });
    expect(isRunning(old)).toBe(false);
    expect(supervisor.pids).toHaveLength(1);
  });

  test('because it never gets ready is ended itself, not the old worker', async () => {
    const commands = new Commands();
    const loading = join(commands.folder, 'loading');
    const args = [commands.arg, `--load-while=${loading}`];
    const { supervisor, events, logs } = supervise({
      ...{ entry, processes: 1, args, readyTimeout: 1500, maxFailedStarts: 1000 },
    });
    await until('ready', () => count(events, 'ready') === 1);
    const [old] = supervisor.pids as [number];
    writeFileSync(loading, '');
    commands.give(old, 'replace');
    await until('warned', () => logs.some((line) => line.startsWith('warn: ')));
    expect(isRunning(old)).toBe(true);
    expect(existsSync(loading)).toBe(true);
    rmSync(loading);
    await until('replaced', () => count(events, 'replaced') === 1);
    expect(count(events, 'crashed')).toBe(0);
  });
});
