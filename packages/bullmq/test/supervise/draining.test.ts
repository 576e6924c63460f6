import { describe, expect, test } from 'vitest';
import { Commands, count, isRunning, program, supervise, supervisorProcess, until } from './harness.ts';

const entry = program('idle-worker');

describe.concurrent('draining', () => {
  test.each([
    ['by its own, when nothing keeps it alive', []],
    ['although a handle stays open', ['--open-handle']],
    ['although closing the worker failed', ['--drain-fails']],
  ])('the old process ends %s, and that is no crash', async (_, args) => {
    const commands = new Commands();
    const { supervisor, events } = supervise({ entry, processes: 1, args: [commands.arg, ...args] });
    await until('ready', () => count(events, 'ready') === 1);
    const [old] = supervisor.pids as [number];
    commands.give(old, 'replace');
    await until('replaced', () => count(events, 'replaced') === 1);
    const [pid] = supervisor.pids as [number];
    expect(pid).not.toBe(old);
    expect(events.at(-1)).toEqual({
      ...{ event: 'replaced', index: 0, reason: 'jobs', jobs: 500, heapBytes: 1000, oldPid: old, pid },
      ...{ bootMs: expect.any(Number), drainMs: expect.any(Number), killed: false },
    });
    expect(isRunning(old)).toBe(false);
    expect(count(events, 'crashed')).toBe(0);
  });

  test('a process that never finishes is killed at drainTimeout, with a warning', async () => {
    const commands = new Commands();
    const args = [commands.arg, '--drain-never'];
    const { supervisor, events, logs } = supervise({ entry, processes: 1, args, drainTimeout: 300 });
    await until('ready', () => count(events, 'ready') === 1);
    const [old] = supervisor.pids as [number];
    commands.give(old, 'replace');
    await until('replaced', () => count(events, 'replaced') === 1);
    expect(events.at(-1)).toMatchObject({ oldPid: old, killed: true });
    expect(isRunning(old)).toBe(false);
    expect(logs).toContain(
      `warn: leakguard: worker ${old} had not drained within 300 ms and was killed; its jobs run again when their locks expire`,
    );
    expect(count(events, 'crashed')).toBe(0);
    await supervisor.close();
    expect(await supervisor.closed).toEqual({ reason: 'closed', exitCode: 1 });
  });

  test('a process that crashes meanwhile is reported, and not started again: its replacement is there', async () => {
    const commands = new Commands();
    const args = [commands.arg, '--crash-in-drain'];
    const { supervisor, events } = supervise({ entry, processes: 1, args });
    await until('ready', () => count(events, 'ready') === 1);
    const [old] = supervisor.pids as [number];
    commands.give(old, 'replace');
    await until('replaced', () => count(events, 'replaced') === 1);
    expect(events.find(({ event }) => event === 'crashed')).toMatchObject({
      pid: old,
      code: 7,
      phase: 'draining',
    });
    const { pid } = events.at(-1) as { pid?: number };
    expect(supervisor.pids).toEqual([pid]);
  });

  test('clean-up runs after every worker of the process has closed', async () => {
    const { events, output, child, exit } = supervisorProcess('idle-worker', 1, { args: ['--two-workers'] });
    await until('ready', () => count(events, 'ready') === 1);
    child.kill('SIGTERM');
    expect(await exit).toEqual({ code: 0, signal: null });
    const lines = output()
      .split('\n')
      .filter((line) => /^(drain|closed|cleaned) /.test(line));
    expect(lines.map((line) => line.split(' ')[0]).sort()).toEqual(['cleaned', 'closed', 'drain']);
    expect(lines.at(-1)).toMatch(/^cleaned/);
  });
});

describe.concurrent('replacing', () => {
  test('a process with two workers, one of them CommonJS, is ready when both are', async () => {
    const args = ['--two-workers'];
    const both = supervise({ entry, processes: 1, args });
    const one = supervise({
      ...{ entry, processes: 1, args: [...args, '--never-ready'], readyTimeout: 1500, maxFailedStarts: 1000 },
    });
    await until('ready', () => count(both.events, 'ready') === 1);
    await until('given up', () => one.logs.some((line) => line.includes('was not ready within 1500 ms')));
    expect(count(one.events, 'ready')).toBe(0);
  });

  test('a process that reaches its limit before it is ready is replaced too', async () => {
    const { events } = supervise({ entry, processes: 1, args: ['--ask-at-once'] });
    await until('replaced', () => count(events, 'replaced') >= 2);
    expect(count(events, 'crashed')).toBe(0);
  });

  test('a process that asks for it and says nothing of itself is replaced too', async () => {
    const commands = new Commands();
    const { supervisor, events, logs } = supervise({ entry, processes: 1, args: [commands.arg] });
    await until('ready', () => count(events, 'ready') === 1);
    const [old] = supervisor.pids as [number];
    commands.give(old, 'replace-wordlessly');
    await until('replaced', () => count(events, 'replaced') === 1);
    const [told] = events.filter(({ event }) => event === 'replaced');
    expect(told).toMatchObject({ oldPid: old, reason: 'jobs', jobs: null, heapBytes: null });
    expect(logs).toContain(`info: leakguard: worker ${old} replaced by ${told!.pid} (jobs)`);
  });

  test('one at a time, although all ask at once', async () => {
    const commands = new Commands();
    const { supervisor, events } = supervise({ entry, processes: 3, args: [commands.arg] });
    await until('ready', () => count(events, 'ready') === 1);
    const first = [...supervisor.pids];
    let most = 0;
    const watch = setInterval(() => {
      most = Math.max(most, supervisor.pids.length);
    }, 1);
    for (const pid of first) commands.give(pid, 'replace');
    await until('all replaced', () => count(events, 'replaced') === 3);
    clearInterval(watch);
    expect(most).toBe(4);
    expect(supervisor.pids).toHaveLength(3);
    expect(supervisor.pids.filter((pid) => first.includes(pid))).toEqual([]);
    expect(new Set(events.map(({ oldPid }) => oldPid).filter(Boolean))).toEqual(new Set(first));
  });

  test('restart() replaces all, and twice in a row no more than all', async () => {
    const { supervisor, events } = supervise({ entry, processes: 2 });
    await until('ready', () => count(events, 'ready') === 1);
    const first = [...supervisor.pids];
    supervisor.restart();
    supervisor.restart();
    await until('all replaced', () => count(events, 'replaced') === 2);
    expect(events.filter(({ reason }) => reason === 'restart').map(({ oldPid }) => oldPid)).toEqual(first);
    await supervisor.close();
    expect(count(events, 'replaced')).toBe(2);
  });

  test('a SIGTERM to one worker replaces it', async () => {
    const { supervisor, events } = supervise({ entry, processes: 2 });
    await until('ready', () => count(events, 'ready') === 1);
    const [old, other] = supervisor.pids as [number, number];
    process.kill(old, 'SIGTERM');
    await until('replaced', () => count(events, 'replaced') === 1);
    expect(events.at(-1)).toMatchObject({ reason: 'signal', oldPid: old, jobs: null, killed: false });
    expect(supervisor.pids).toContain(other);
    expect(count(events, 'crashed')).toBe(0);
  });

  test('first limits are spread, a replacement gets the full one', async () => {
    const commands = new Commands();
    const args = [commands.arg];
    const { events, output, pid } = supervisorProcess('idle-worker', 4, { args });
    await until('ready', () => count(events, 'ready') === 1);
    const slots = [...output().matchAll(/slot (\d+) (.*)/g)].map(([, worker, slot]) => ({
      worker: Number(worker),
      ...(JSON.parse(slot!) as { index: number; count: number; limitShare: number }),
    }));
    expect(slots.map(({ limitShare }) => limitShare).sort()).toEqual([0.625, 0.75, 0.875, 1]);
    const old = slots.find(({ index }) => index === 0)!.worker;
    commands.give(old, 'replace');
    await until('replaced', () => count(events, 'replaced') === 1);
    const { pid: next } = events.at(-1) as { pid?: number };
    expect(output()).toContain(`slot ${next} {"index":0,"count":4,"limitShare":1}`);
    expect(isRunning(pid)).toBe(true);
  });
});

describe.concurrent('closing', () => {
  test('ends a worker that still loads at once: it has no job', async () => {
    const commands = new Commands();
    const { supervisor } = supervise({ entry, processes: 2, args: [`--load-while=${commands.folder}`] });
    expect(supervisor.pids).toHaveLength(2);
    await supervisor.close();
    expect(await supervisor.closed).toEqual({ reason: 'closed', exitCode: 0 });
    expect(supervisor.pids).toEqual([]);
  });

  test('while a replacement boots ends both', async () => {
    const commands = new Commands();
    const { supervisor, events } = supervise({ entry, processes: 1, args: [commands.arg] });
    await until('ready', () => count(events, 'ready') === 1);
    commands.give(supervisor.pids[0]!, 'replace');
    await until('two', () => supervisor.pids.length === 2);
    const pids = [...supervisor.pids];
    await supervisor.close();
    expect(await supervisor.closed).toEqual({ reason: 'closed', exitCode: 0 });
    expect(pids.filter(isRunning)).toEqual([]);
  });

  test('twice is once, and a listener that throws is logged', async () => {
    const { supervisor, events, logs } = supervise({ entry, processes: 1 });
    supervisor.on('closed', () => {
      throw new Error('mine');
    });
    await until('ready', () => count(events, 'ready') === 1);
    await Promise.all([supervisor.close(), supervisor.close()]);
    expect(count(events, 'closed')).toBe(1);
    expect(logs).toContain("error: leakguard: a listener of 'closed' threw");
  });
});
