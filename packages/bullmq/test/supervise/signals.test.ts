import { expect, test } from 'vitest';
import { count, isRunning, type SupervisorProcess, supervisorProcess, until } from './harness.ts';

/** Pids of the workers, once all are ready. */
async function workersOf({ events }: SupervisorProcess): Promise<number[]> {
  await until('ready', () => count(events, 'ready') === 1);
  return events.find(({ event }) => event === 'ready')!.pids as number[];
}

test.concurrent.each([
  ['SIGTERM', {}],
  ['SIGINT', {}],
  // Whatever else such a program does, a health check's server say, must not outlive its workers.
  ['SIGTERM', { KEEPS_ALIVE: 'yes' }],
] as const)('%s drains all, and ends with exit code 0 (%j)', async (signal, env) => {
  const supervisor = supervisorProcess('idle-worker', 2, {}, env);
  const pids = await workersOf(supervisor);
  supervisor.child.kill(signal);
  expect(await supervisor.exit).toEqual({ code: 0, signal: null });
  for (const pid of pids) expect(supervisor.output()).toContain(`drain ${pid} shutdown\n`);
  expect(pids.filter(isRunning)).toEqual([]);
  expect(supervisor.events.at(-1)).toEqual({ event: 'closed', reason: 'signal', exitCode: 0 });
});

test.concurrent('a second SIGTERM kills workers that do not end, with exit code 1', async () => {
  const supervisor = supervisorProcess('idle-worker', 2, { args: ['--drain-never'] });
  const pids = await workersOf(supervisor);
  supervisor.child.kill('SIGTERM');
  await until('both drain', () => supervisor.output().match(/^drain/gm)?.length === 2);
  expect(pids.filter(isRunning)).toEqual(pids);
  const again = setInterval(() => supervisor.child.kill('SIGTERM'), 200);
  const exit = await supervisor.exit;
  clearInterval(again);
  expect(exit).toEqual({ code: 1, signal: null });
  expect(supervisor.events.at(-1)).toEqual({ event: 'closed', reason: 'killed', exitCode: 1 });
  expect(supervisor.output()).toContain('SIGTERM again: workers are killed');
  expect(pids.filter(isRunning)).toEqual([]);
});

test.concurrent('one Ctrl-C that npm delivers twice to the whole group drains, and kills nobody', async () => {
  const supervisor = supervisorProcess('idle-worker', 2, { args: ['--open-handle'] });
  const pids = await workersOf(supervisor);
  process.kill(-supervisor.pid, 'SIGINT');
  process.kill(-supervisor.pid, 'SIGINT');
  expect(await supervisor.exit).toEqual({ code: 0, signal: null });
  for (const pid of pids) {
    expect(supervisor.output().match(new RegExp(`drain ${pid} shutdown`, 'g'))).toHaveLength(1);
    expect(supervisor.output()).toContain(`cleaned ${pid}`);
  }
  expect(count(supervisor.events, 'crashed')).toBe(0);
});

test.concurrent('SIGHUP to the whole group replaces all workers, one by one', async () => {
  const supervisor = supervisorProcess('idle-worker', 2);
  const pids = await workersOf(supervisor);
  process.kill(-supervisor.pid, 'SIGHUP');
  await until('all replaced', () => count(supervisor.events, 'replaced') === 2);
  const replaced = supervisor.events.filter(({ event }) => event === 'replaced');
  expect(replaced.map(({ oldPid, reason }) => ({ oldPid, reason }))).toEqual(
    pids.map((oldPid) => ({ oldPid, reason: 'restart' })),
  );
  expect(count(supervisor.events, 'crashed')).toBe(0);
  expect(pids.filter(isRunning)).toEqual([]);
  expect(replaced.filter(({ pid }) => isRunning(pid as number))).toHaveLength(2);
});

test.concurrent('workers end when their supervisor is killed', async () => {
  const supervisor = supervisorProcess('idle-worker', 2, { args: ['--open-handle'] });
  const pids = await workersOf(supervisor);
  supervisor.child.kill('SIGKILL');
  expect(await supervisor.exit).toEqual({ code: null, signal: 'SIGKILL' });
  await until('workers gone', () => !pids.some(isRunning));
  for (const pid of pids) expect(supervisor.output()).toContain(`drain ${pid} supervisor-gone\n`);
});

test.concurrent('and also those that never finish, after drainTimeout', async () => {
  const supervisor = supervisorProcess('idle-worker', 1, { args: ['--drain-never'], drainTimeout: 500 });
  const pids = await workersOf(supervisor);
  supervisor.child.kill('SIGKILL');
  await until('workers gone', () => !pids.some(isRunning));
  expect(supervisor.output()).toContain('supervisor-gone');
});

test.concurrent('and those too whose supervisor is killed while they drain', async () => {
  const supervisor = supervisorProcess('idle-worker', 1, { args: ['--drain-never'], drainTimeout: 3000 });
  const pids = await workersOf(supervisor);
  supervisor.child.kill('SIGTERM');
  await until('it drains', () => supervisor.output().includes(`drain ${pids[0]} shutdown`));
  supervisor.child.kill('SIGKILL');
  expect(await supervisor.exit).toEqual({ code: null, signal: 'SIGKILL' });
  await until('workers gone', () => !pids.some(isRunning));
});

test.concurrent('a supervisor that gives up ends its process with exit code 1', async () => {
  const { exit, output } = supervisorProcess('idle-worker', 1, {
    args: ['--exit-at-start'],
    maxFailedStarts: 2,
  });
  expect(await exit).toEqual({ code: 1, signal: null });
  expect(output()).toContain('failed to start 2 times in a row');
});
