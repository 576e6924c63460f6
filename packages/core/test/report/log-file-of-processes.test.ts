import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GrowthLogLine } from '../../src/report/growth-log-line.ts';
import { type BuiltCore, builtCore } from './built-core.ts';
import { faults, schema } from './growth-log-schema.ts';
import { linesIn, parsed, temporaryFolder } from './temporary-folder.ts';

let core: BuiltCore;
beforeAll(async () => {
  core = await builtCore();
}, 60_000);
afterAll(() => core.remove());

/** A program with a guard that writes to `growth.ndjson`; `overflow()` makes it write a notice. */
function program(folder: string, rest: string): string {
  return `
    const { createGuard } = await import(${JSON.stringify(core.url)});
    const logFile = ${JSON.stringify(join(folder, 'growth.ndjson'))};
    const silent = { info() {}, warn() {}, error() {} };
    const newGuard = () => createGuard({ enabled: true, maxScopes: 1, logger: silent, logFile });
    const guard = newGuard();
    const overflow = (guard) => { for (const name of ['a', 'b']) guard.begin().end(guard.scope('job', name)); };
    ${rest}`;
}

async function run(folder: string, rest: string) {
  const child: ChildProcess = spawn(process.execPath, ['--input-type=module', '-e', program(folder, rest)]);
  const [stdout, stderr, [code, signal]] = await Promise.all([
    text(child.stdout!),
    text(child.stderr!),
    once(child, 'exit'),
  ]);
  return { pid: child.pid!, stdout, stderr, code, signal };
}

function linesOf(folder: string): { names: string[]; lines: GrowthLogLine[] } {
  const files = linesIn(folder);
  const { values, damaged } = parsed<GrowthLogLine>(Object.values(files).flat());
  expect(damaged).toBe(0);
  return { names: Object.keys(files), lines: values };
}

describe('the log file of a process', { timeout: 60_000 }, () => {
  it('has the line that was written right before the process was killed', async () => {
    const folder = temporaryFolder();
    const { pid, signal } = await run(folder, `overflow(guard); process.kill(process.pid, 'SIGKILL');`);
    expect(signal).toBe('SIGKILL');
    const { names, lines } = linesOf(folder);
    expect(names).toEqual([`growth.${pid}.ndjson`]);
    expect(lines).toMatchObject([{ event: 'notice', pid }]);
  });

  it('keeps no process alive whose guard was not closed', async () => {
    const folder = temporaryFolder();
    expect(await run(folder, 'overflow(guard);')).toMatchObject({ code: 0, stderr: '' });
    expect(linesOf(folder).lines).toHaveLength(1);
  });

  it('is its own where two processes have one logFile', async () => {
    const folder = temporaryFolder();
    const rest = `for (let n = 0; n < 200; n++) overflow(newGuard()); await guard.close();`;
    const runs = await Promise.all([run(folder, rest), run(folder, rest)]);
    const { names, lines } = linesOf(folder);
    expect(names).toEqual(runs.map(({ pid }) => `growth.${pid}.ndjson`).sort());
    for (const { pid } of runs) expect(lines.filter((line) => line.pid === pid)).toHaveLength(201);
  });

  it('follows no later change of the working directory', async () => {
    const folder = temporaryFolder();
    const elsewhere = temporaryFolder();
    await run(
      folder,
      `process.chdir(${JSON.stringify(folder)});
       const relative = createGuard({ enabled: true, logger: silent, logFile: 'relative.ndjson' });
       process.chdir(${JSON.stringify(elsewhere)});
       await relative.close();`,
    );
    expect(linesOf(folder).lines).toMatchObject([{ event: 'memory' }]);
    expect(linesIn(elsewhere)).toEqual({});
  });
});

describe('the log file of a worker thread', { timeout: 60_000 }, () => {
  it('has the thread in its name and lines, and the main thread has not', async () => {
    const folder = temporaryFolder();
    const source = program(folder, 'overflow(guard); await guard.close();');
    const worker = new Worker(`(async () => {${source}})()`, { eval: true });
    const { threadId } = worker;
    await once(worker, 'exit');
    const { names, lines } = linesOf(folder);
    expect(names).toEqual([`growth.${process.pid}-${threadId}.ndjson`]);
    expect(lines).toMatchObject([
      { event: 'notice', pid: process.pid, threadId },
      { event: 'memory', pid: process.pid, threadId },
    ]);
    const validate = schema('growth-log');
    for (const line of lines) expect(faults(validate, line)).toEqual([]);
  });
});

describe('a subscriber of a channel that throws', { timeout: 60_000 }, () => {
  it('is an uncaught exception of the next tick, after the line was written, and the guard goes on', async () => {
    const folder = temporaryFolder();
    const { stdout, code } = await run(
      folder,
      `const { subscribe } = await import('node:diagnostics_channel');
       subscribe('leakguard:memory', () => { throw new Error('from a subscriber'); });
       process.on('uncaughtException', ({ message }) => console.log(message));
       await guard.close();
       console.log('closed');`,
    );
    expect(code).toBe(0);
    expect(stdout.trim().split('\n').sort()).toEqual(['closed', 'from a subscriber']);
    expect(linesOf(folder).lines).toMatchObject([{ event: 'memory' }]);
  });
});
