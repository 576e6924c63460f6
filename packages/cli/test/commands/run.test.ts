import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { InvalidArgumentError } from 'commander';
import { expect, onTestFinished, test, vi } from 'vitest';
import { parseDuration } from '../../src/commands/duration-option.ts';

// Each test starts processes, on machines that may be busy.
vi.setConfig({ testTimeout: 60_000 });

/** Needs `npm run build`, as the gate does before the tests. */
const BIN = fileURLToPath(new URL('../../dist/bin.js', import.meta.url));
const WORKER = fileURLToPath(new URL('../programs/worker.mjs', import.meta.url));

interface Running {
  child: ChildProcess;
  output: { stdout: string; stderr: string };
  exit: Promise<number | string>;
}

function run(...args: string[]): Running {
  const child = spawn(process.execPath, [BIN, 'run', ...args], { detached: true });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => {
    output.stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    output.stderr += chunk.toString();
  });
  const exit: Running['exit'] = new Promise((resolve) => {
    child.once('close', (code, signal) => resolve(code ?? signal!));
  });
  onTestFinished(() => {
    try {
      process.kill(-child.pid!, 'SIGKILL');
    } catch {
      // Nothing is left of it.
    }
  });
  return { child, output, exit };
}

function until(condition: () => void): Promise<void> {
  return vi.waitFor(condition, { timeout: 40_000, interval: 20 });
}

test('run starts so many processes with their arguments, and SIGTERM ends all with exit code 0', async () => {
  const { child, output, exit } = run(
    WORKER,
    '--processes',
    '2',
    '--node-arg=--no-warnings',
    '--',
    '--queue',
    'emails',
  );
  await until(() => expect(output.stderr).toContain('2 x worker.mjs ready'));
  const workers = output.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { pid: number; args: string[]; execArgv: string[] });
  expect(workers.map(({ args, execArgv }) => ({ args, execArgv }))).toEqual(
    Array(2).fill({ args: ['--queue', 'emails'], execArgv: ['--no-warnings'] }),
  );
  expect(new Set([child.pid, ...workers.map(({ pid }) => pid)]).size).toBe(3);
  child.kill('SIGTERM');
  expect(await exit).toBe(0);
  const lines = output.stderr.trim().split('\n');
  expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual([
    'leakguard: 2 x worker.mjs ready',
    'leakguard: draining all workers',
    'leakguard: all workers have ended',
  ]);
});

test('a program that fails to start again and again ends run with exit code 1', async () => {
  const { output, exit } = run(WORKER, '--', '--exit-at-start');
  expect(await exit).toBe(1);
  expect(output.stderr).toContain(
    'worker.mjs failed to start 5 times in a row and no worker is left: gave up',
  );
});

test('a worker that does not drain in time is killed, with exit code 1', async () => {
  const { child, output, exit } = run(WORKER, '--drain-timeout', '300ms', '--', '--drain-never');
  await until(() => expect(output.stderr).toContain('ready'));
  child.kill('SIGTERM');
  expect(await exit).toBe(1);
  expect(output.stderr).toContain('had not drained within 300 ms and was killed');
});

test.each([
  [[]],
  [['no-such-file.js']],
  [[WORKER, '--processes', '0']],
  [[WORKER, '--processes', 'many']],
  [[WORKER, '--drain-timeout', '30']],
  [[WORKER, '--ready-timeout', 'soon']],
  [[WORKER, '--nonsense']],
])('run %j is wrong usage, and starts nothing', async (args) => {
  const { output, exit } = run(...args);
  expect(await exit).toBe(2);
  expect(output.stdout).toBe('');
  expect(output.stderr).toMatch(/^error: /);
});

test('durations need their unit, and fit a timer', () => {
  expect(['500ms', '90s', '1.5m', '2 h', '24d'].map(parseDuration)).toEqual([
    ...[500, 90_000, 90_000, 7_200_000, 2_073_600_000],
  ]);
  for (const value of ['30', '', 's', '0s', '-1s', '25d', '1 fortnight', '0.1ms']) {
    expect(() => parseDuration(value)).toThrow(InvalidArgumentError);
  }
});
