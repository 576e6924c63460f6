import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test, vi } from 'vitest';
import { catches, caughtSignals } from '../../src/commands/snapshot-signal.ts';
import { runOutcome } from '../run-outcome.ts';
import { snapshotData } from '../snapshot-fixture.ts';

const PID = `${process.pid}`;

/** This process listens as a guard does; each answer is the next of these. Gives a folder for files. */
async function listen(...answers: unknown[]): Promise<{ folder: string; asked: string[] }> {
  const folder = mkdtempSync(path.join(tmpdir(), 'leakguard-cli-'));
  mkdirSync(path.join(folder, 'leakguard'), { mode: 0o700 });
  vi.stubEnv('XDG_RUNTIME_DIR', folder);
  const asked: string[] = [];
  const server = createServer((socket) => {
    socket.once('data', (line) => {
      asked.push(line.toString());
      socket.end(`${JSON.stringify({ v: 1, ...(answers.shift() as object) })}\n`);
    });
  });
  server.listen(path.join(folder, 'leakguard', `${PID}.sock`));
  await once(server, 'listening');
  onTestFinished(() => {
    vi.unstubAllEnvs();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return { folder, asked };
}

/** What a process does about SIGUSR2: it is ended by it, catches it for itself, or has a guard that takes a snapshot then. */
const HANDLERS = {
  none: '',
  own: "process.on('SIGUSR2', () => console.log('CAUGHT'));",
  guard: `const logger = { info: ({ event }) => event === 'snapshot' && console.log('CAUGHT'), warn() {}, error: console.log };
    (await import('@leakguard/core')).createGuard({ enabled: true, signal: 'SIGUSR2', control: false, logger });`,
};

/** A process that prints a line when it runs, and one for each SIGUSR2 that it hears of. */
async function program(
  handler: keyof typeof HANDLERS,
): Promise<{ pid: number; line: () => Promise<string>; isRunning: () => boolean }> {
  const source = `${HANDLERS[handler]} setInterval(() => undefined, 1000); console.log('RUNS');`;
  const cwd = fileURLToPath(new URL('../..', import.meta.url));
  const { VITEST: _, NODE_ENV: __, ...env } = process.env;
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], { cwd, env });
  onTestFinished(() => void child.kill('SIGKILL'));
  const line = async (): Promise<string> => `${(await once(child.stdout, 'data'))[0]}`;
  await line();
  return { pid: child.pid!, line, isRunning: () => child.exitCode === null && child.signalCode === null };
}

test('snapshot asks the process and prints who holds its memory', async () => {
  const { asked } = await listen({ answer: snapshotData(18) });
  const { code, stdout, stderr } = await runOutcome(['snapshot', PID]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(asked).toEqual(['{"v":1,"ask":"snapshot"}\n']);
  expect(stdout).toContain(`pid ${PID}; 18 samples, one per 64 KiB`);
  expect(stdout).toContain('src/users.ts:41 loadUser: size=1.1 MiB ± 532 KiB, count=18\n');
});

test('--wait takes a second one and prints what changed', async () => {
  const { folder, asked } = await listen({ answer: snapshotData(8) }, { answer: snapshotData(18) });
  const out = path.join(folder, 'after.json');
  const { code, stdout } = await runOutcome(['snapshot', PID, '--wait', '10ms', '--out', out]);
  expect(code).toBe(0);
  expect(asked).toHaveLength(2);
  expect(stdout).toContain('loadUser: size=1.1 MiB (+640 KiB ± ');
  expect(JSON.parse(readFileSync(out, 'utf8'))).toEqual(snapshotData(18));
});

test('--json and --out give what diff reads', async () => {
  const { folder } = await listen({ answer: snapshotData(8) }, { answer: snapshotData(18) });
  const out = path.join(folder, 'before.json');
  const before = await runOutcome(['snapshot', PID, '--out', out, '--json']);
  expect(JSON.parse(before.stdout)).toEqual(snapshotData(8));
  expect(statSync(out).mode & 0o777).toBe(0o600);
  const after = path.join(folder, 'after.json');
  await runOutcome(['snapshot', PID, '--out', after]);
  expect((await runOutcome(['diff', out, after])).stdout).toContain('(+640 KiB ± ');
});

test('a snapshot without stacks says why, and is no error', async () => {
  await listen({ answer: snapshotData(0, { stacks: null, unavailable: 'dd-trace has the profiler' }) });
  const { code, stdout } = await runOutcome(['snapshot', PID]);
  expect(code).toBe(0);
  expect(stdout).toContain('none, dd-trace has the profiler');
});

test('what the process refuses, and what is no snapshot, exits with 2 and says why', async () => {
  await listen(
    {
      error: {
        code: 'ERR_LEAKGUARD_CONTROL_BUSY',
        message: 'leakguard: the process answers another one; try again',
      },
    },
    { answer: { kind: 'else' } },
  );
  expect(await runOutcome(['snapshot', PID])).toEqual({
    ...{ code: 2, stdout: '', stderr: 'leakguard: the process answers another one; try again\n' },
  });
  expect((await runOutcome(['snapshot', PID])).stderr).toMatch(
    /^leakguard: the answer of \d+ is no allocation snapshot/,
  );
});

test('a file that cannot be written exits with 2', async () => {
  const { folder } = await listen({ answer: snapshotData(8) });
  const { code, stdout, stderr } = await runOutcome([
    'snapshot',
    PID,
    '--out',
    path.join(folder, 'no/such/a.json'),
  ]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain('cannot write');
});

test('a process that does not listen gets nothing, least of all a signal, and the message says what to do', async () => {
  const { pid, isRunning } = await program('none');
  const plain = await runOutcome(['snapshot', `${pid}`]);
  expect(plain).toMatchObject({ code: 2, stdout: '' });
  expect(plain.stderr).toMatch(/^leakguard: \d+ does not listen: is there a guard in it/);
  const signalled = await runOutcome(['snapshot', `${pid}`, '--signal']);
  expect(signalled.code).toBe(2);
  expect(signalled.stderr).toContain(
    'it has no handler for it and would be ended; start it with LEAKGUARD_SIGNAL=SIGUSR2',
  );
  expect(isRunning()).toBe(true);
  expect((await runOutcome(['snapshot', '999999999', '--signal'])).code).toBe(2);
});

test('--signal spares a process that catches it for itself: that may end it', async () => {
  const { pid } = await program('own');
  const { code, stderr } = await runOutcome(['snapshot', `${pid}`, '--signal']);
  expect(code).toBe(2);
  expect(stderr).toContain('no guard in it says that it listens for it');
});

test('--signal reaches a guard that listens for it', async () => {
  const { pid, line } = await program('guard');
  const { code, stdout } = await runOutcome(['snapshot', `${pid}`, '--signal']);
  expect({ code, stdout }).toEqual({
    ...{ code: 0 },
    stdout: `sent SIGUSR2 to ${pid}: it writes its snapshot into its snapshotDir, and says where in its log\n`,
  });
  expect(await line()).toBe('CAUGHT\n');
  expect((await runOutcome(['snapshot', `${pid}-3`, '--signal'])).stderr).toContain(
    'worker threads get no signals',
  );
});

test('the signals that a process catches are read from its status', async () => {
  const { pid } = await program('own');
  const mask = caughtSignals(pid)!;
  expect(catches(mask, 'SIGUSR2')).toBe(true);
  expect(catches(mask, 'SIGWINCH')).toBe(false);
  expect(catches(mask, 'SIGNONE')).toBe(false);
  expect(caughtSignals(999_999_999)).toBeNull();
});

test.each([
  [['snapshot']],
  [['snapshot', 'server']],
  [['snapshot', '0']],
  [['snapshot', '-1']],
  [['snapshot', '1', '--wait', '60']],
  [['snapshot', '1', '--group-by', 'line']],
  [['snapshot', '1', '--signal', 'SIGUSR1']],
])('%j is wrong usage', async (args) => {
  expect(await runOutcome(args)).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringMatching(/^error: /),
  });
});
