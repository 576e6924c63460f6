import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test, vi } from 'vitest';
import { catches, caughtSignals, signalledSnapshot } from '../../src/commands/snapshot-signal.ts';
import { runOutcome } from '../run-outcome.ts';
import { snapshotData } from '../snapshot-fixture.ts';

const PID = `${process.pid}`;

/** This process listens as a guard does that keeps none; each answer is the next of these. Gives a folder for files. */
async function listen(...answers: unknown[]): Promise<{ folder: string; asked: string[] }> {
  return listenWith([], answers);
}

/** The same, of a guard that keeps these snapshots. */
async function listenWith(kept: unknown, answers: unknown[]): Promise<{ folder: string; asked: string[] }> {
  const folder = mkdtempSync(path.join(tmpdir(), 'leakguard-cli-'));
  mkdirSync(path.join(folder, 'leakguard'), { mode: 0o700 });
  vi.stubEnv('XDG_RUNTIME_DIR', folder);
  const asked: string[] = [];
  const server = createServer((socket) => {
    socket.once('data', (line) => {
      const isForKept = line.toString() === '{"v":1,"ask":"kept"}\n';
      if (!isForKept) asked.push(line.toString());
      const answer = isForKept ? { answer: kept } : (answers.shift() as object);
      socket.end(`${JSON.stringify({ v: 1, ...answer })}\n`);
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

/** A guard that takes a snapshot on SIGUSR2, and prints where it is put. */
function guard(options = ''): string {
  return `const logger = { info: (o) => o.event === 'snapshot' && console.log('WRITTEN', o.file), warn() {}, error: console.log };
    const { createGuard } = await import('@leakguard/core');
    const guard = createGuard({ enabled: true, signal: 'SIGUSR2', control: false, logger, ${options} });`;
}

/** What a process does about SIGUSR2: it is ended by it, catches it for itself, or has a guard that takes a snapshot then. */
const HANDLERS = {
  none: '',
  own: "process.on('SIGUSR2', () => console.log('CAUGHT'));",
  guard: guard(),
  closed: `${guard()} await guard.close();`,
};

interface Program {
  pid: number;
  line: () => Promise<string>;
  isRunning: () => boolean;
}

/** A process that prints a line when it runs, and one for each SIGUSR2 that it hears of. */
async function program(handler: string): Promise<Program> {
  return started(['--input-type=module', '-e', `${handler} ${STAYS}`]);
}

const STAYS = "setInterval(() => undefined, 1000); console.log('RUNS', process.pid);";

async function started(args: string[]): Promise<Program> {
  const cwd = fileURLToPath(new URL('../..', import.meta.url));
  const { VITEST: _, NODE_ENV: __, ...env } = process.env;
  const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const line = async (): Promise<string> => `${(await once(child.stdout, 'data'))[0]}`;
  const pid = Number((await line()).replace('RUNS ', ''));
  return { pid, line, isRunning: () => child.exitCode === null && child.signalCode === null };
}

test('snapshot asks the process and prints who holds its memory', async () => {
  const { asked } = await listen({ answer: snapshotData(18) });
  const { code, stdout, stderr } = await runOutcome(['snapshot', PID]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(asked).toEqual(['{"v":1,"ask":"snapshot"}\n']);
  expect(stdout).toContain(`pid ${PID}; 18 samples, one per 64 KiB`);
  expect(stdout).toContain('src/users.ts:41 loadUser: size=1.1 MiB ± 532 KiB, count=18\n');
});

test('snapshot prints what changed since the process last took one with stacks, unless that is not wanted', async () => {
  const bare = snapshotData(16, { stacks: null, unavailable: 'taken without a read of the profiler' });
  const kept = [snapshotData(6), snapshotData(8), bare, snapshotData(18)];
  await listenWith(kept, [{ answer: snapshotData(18) }, { answer: snapshotData(18) }]);
  const compared = await runOutcome(['snapshot', PID]);
  expect(compared).toMatchObject({ code: 0, stderr: '' });
  expect(compared.stdout).toContain(' compared to ');
  expect(compared.stdout).toContain('src/users.ts:41 loadUser: size=1.1 MiB (+640 KiB ± ');
  const plain = await runOutcome(['snapshot', PID, '--no-compare']);
  expect(plain.stdout).toContain('src/users.ts:41 loadUser: size=1.1 MiB ± 532 KiB, count=18\n');
});

test.each([
  ['a process that was started again', [snapshotData(8, { process: 'before' })]],
  ['what is no list', { no: 'list' }],
  ['what is no snapshot', [{ kind: 'else' }]],
])('snapshot of %s is compared with nothing', async (_, kept) => {
  await listenWith(kept, [{ answer: snapshotData(18) }]);
  const { code, stdout } = await runOutcome(['snapshot', PID]);
  expect(code).toBe(0);
  expect(stdout).toContain('loadUser: size=1.1 MiB ± 532 KiB, count=18\n');
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
    ...{
      code: 2,
      stdout: '',
      stderr: 'leakguard: the process answers another one; try again (ERR_LEAKGUARD_CONTROL_BUSY)\n',
    },
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
  expect(stderr).toMatch(/^leakguard: cannot write .* \(ERR_LEAKGUARD_SNAPSHOT_FILE\)\n$/);
});

test('a process that does not listen gets nothing, least of all a signal, and the message says what to do', async () => {
  const { pid, isRunning } = await program(HANDLERS.none);
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
  const { pid } = await program(HANDLERS.own);
  const { code, stderr } = await runOutcome(['snapshot', `${pid}`, '--signal']);
  expect(code).toBe(2);
  expect(stderr).toContain('no guard in it says that it listens for it');
});

test('--signal spares a process whose guard was closed', async () => {
  const { pid, isRunning } = await program(HANDLERS.closed);
  const { code, stderr } = await runOutcome(['snapshot', `${pid}`, '--signal']);
  expect(code).toBe(2);
  expect(stderr).toMatch(/has no handler for it.*\(ERR_LEAKGUARD_NOT_LISTENING\)\n$/);
  expect(isRunning()).toBe(true);
});

test('--signal makes a guard write a file, and prints what is in it', async () => {
  const { pid, line } = await program(HANDLERS.guard);
  const told = line();
  const { code, stdout, stderr } = await runOutcome(['snapshot', `${pid}`, '--signal']);
  expect(code).toBe(0);
  expect(stdout).toMatch(new RegExp(`^allocations alive at .*, pid ${pid}; \\d+ samples?, one per 64 KiB`));
  const file = (await told).replace('WRITTEN ', '').trim();
  expect(stderr).toBe(`leakguard: by SIGUSR2, which made ${pid} write ${file}\n`);
  expect((await runOutcome(['snapshot', `${pid}-3`, '--signal'])).stderr).toContain(
    'worker threads get no signals',
  );
});

test('--signal does --out, --wait and --json as the socket does', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'leakguard-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const { pid } = await program(guard(`snapshotDir: ${JSON.stringify(path.join(folder, 'of/guard'))}`));
  const out = path.join(folder, 'out.json');
  const args = ['snapshot', `${pid}`, '--signal', '--out', out];
  const one = await runOutcome([...args, '--json']);
  expect(JSON.parse(one.stdout)).toEqual(JSON.parse(readFileSync(out, 'utf8')));
  expect(JSON.parse(one.stdout)).toMatchObject({ pid, unavailable: null });
  // Sooner than a guard takes another one: the signal is sent again.
  const two = await runOutcome([...args, '--wait', '10ms']);
  expect(two.code).toBe(0);
  expect(two.stdout).toMatch(new RegExp(`^allocations alive at .* compared to .*, pid ${pid}; `));
  expect(JSON.parse(readFileSync(out, 'utf8')).time > JSON.parse(one.stdout).time).toBe(true);
  expect(readdirSync(path.join(folder, 'of/guard'))).toHaveLength(3);
});

test('a guard that cannot write its file is not waited for without end', async () => {
  const { pid, line, isRunning } = await program(
    `${guard("snapshotDir: '/proc/version/below'")} guard.on('error', ({ code }) => console.log('ERROR', code));`,
  );
  const told = line();
  await expect(signalledSnapshot(`${pid}`, 'SIGUSR2', 1000)).rejects.toMatchObject({
    code: 'ERR_LEAKGUARD_CONTROL_TIMEOUT',
    message: expect.stringContaining(
      'wrote no snapshot into /proc/version/below within 1 s: its log says why',
    ),
  });
  expect(await told).toMatch(/^ERROR ERR_LEAKGUARD_SNAPSHOT_FILE\n(WRITTEN null\n)?$/);
  expect(isRunning()).toBe(true);
});

test('--signal spares both nodemon, which restarts by it, and the program below, whose guard does not listen there', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'leakguard-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  // Of nodemon it has what counts here: its name, a listener for SIGUSR2, and a program that it starts.
  writeFileSync(
    path.join(folder, 'nodemon'),
    `const child = require('node:child_process').spawn(process.execPath, process.argv.slice(2), { stdio: 'inherit' });
     process.on('SIGUSR2', () => child.kill('SIGUSR2'));
     process.on('exit', () => child.kill('SIGKILL'));
     process.on('SIGTERM', () => process.exit());`,
  );
  const { pid, isRunning } = await started([
    path.join(folder, 'nodemon'),
    ...[
      '--input-type=module',
      '-e',
      `${HANDLERS.guard} console.log('RUNS', process.pid); const above = process.ppid; setInterval(() => above === process.ppid || process.exit(), 100);`,
    ],
  ]);
  const parent = Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]);
  const below = await runOutcome(['snapshot', `${pid}`, '--signal']);
  expect(below).toMatchObject({ code: 2, stderr: expect.stringContaining('has no handler for it') });
  const above = await runOutcome(['snapshot', `${parent}`, '--signal']);
  expect(above).toMatchObject({ code: 2, stderr: expect.stringContaining('no guard in it says') });
  expect(isRunning()).toBe(true);
  process.kill(pid, 0);
});

test('the signals that a process catches are read from its status', async () => {
  const { pid } = await program(HANDLERS.own);
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
