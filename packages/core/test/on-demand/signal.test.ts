import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contained } from '../../src/contain.ts';
import type { LeakguardError } from '../../src/errors.ts';
import { signalOption } from '../../src/on-demand/signal-option.ts';
import { isUnderNodemon } from '../../src/on-demand/under-nodemon.ts';
import { readSnapshotFile } from '../../src/report/snapshot-file.ts';
import { type Running, runProgram } from '../control/on-demand-program.ts';
import { type BuiltCore, builtCore } from '../report/built-core.ts';
import {
  type BadPlace,
  fileInPlace,
  fullDisk,
  readOnlyPlace,
  temporaryFolder,
} from '../report/temporary-folder.ts';

let core: BuiltCore;
beforeAll(async () => {
  core = await builtCore(fileURLToPath(new URL('../control/on-demand-parts.ts', import.meta.url)));
}, 60_000);
afterAll(() => core.remove());

/** Time goes on by `step` ms with each look; snapshots are a second apart. */
function program(options = ''): string {
  return `
    let time = Date.UTC(2026, 10, 22);
    let nowMs = 0;
    let step = 1000;
    const onDemand = parts.openOnDemandSignal({
      signal: 'SIGUSR2',
      snapshotDir: null,
      take: () => snapshot(new Date(time += 1000)),
      tell: ({ file, failure, older }) => console.log('TOLD', file ?? failure, older?.time ?? 'first'),
      notice: (message) => console.log('NOTICE', message),
      onError: (error) => console.log('ERROR', error.code, error.message),
      now: () => (nowMs += step),
      ${options}
    });
    console.log('READY', process.listenerCount('SIGUSR2'));`;
}

async function listening(folder: string, options = '', rest = 'live();'): Promise<Running> {
  const running = runProgram(core.url, program(options) + rest, { env: { TMPDIR: folder } });
  await running.printed('READY');
  return running;
}

/** Snapshots of more than the page that a full disk has left: they can be begun there and not ended. */
const LARGE = `take: async () => {
  const { data } = await snapshot(new Date(time += 1000));
  return new parts.AllocationSnapshot({ ...data, node: 'v'.repeat(6000) });
},`;

/** A disk that is full but for a page; where this process may not mount one, another place that cannot be written. */
function filledDisk(): BadPlace {
  const { folder, mend } = fullDisk('unmounted');
  if (existsSync(join(folder, 'unmounted'))) return fileInPlace();
  const rest = join(folder, 'rest');
  const whole = Buffer.alloc(100_000);
  contained(() => writeFileSync(rest, whole), undefined);
  truncateSync(rest, statSync(rest).size - 4096);
  return { folder, mend };
}

function told({ output }: Running): string[] {
  return output.stdout.split('\n').filter((line) => line.startsWith('TOLD'));
}

/** Signals one after the other, each once the one before was told. */
async function signal(running: Running, times: number): Promise<void> {
  for (let n = 0; n < times; n++) {
    const before = told(running).length;
    running.child.kill('SIGUSR2');
    while (told(running).length === before)
      await new Promise((resolve) => running.child.stdout!.once('data', resolve));
  }
}

describe('the signal for a snapshot', { timeout: 60_000 }, () => {
  it('writes a file that only its owner can read, into a folder that only its user can enter, and says where', async () => {
    const folder = temporaryFolder();
    const running = await listening(folder);
    const own = join(folder, `leakguard-${process.geteuid!()}`);
    expect(running.output.stdout).toContain(
      `NOTICE kill -SIGUSR2 ${running.pid} writes a snapshot into ${own}\n`,
    );
    await signal(running, 2);
    const names = [1, 2].map((second) => `allocations-${running.pid}-20261122T00000${second}.000Z.json`);
    // Beside them lies what says that this process listens, for as long as it does.
    expect(readdirSync(own).sort()).toEqual([`${running.pid}.signal`, ...names]);
    expect(told(running)).toEqual([
      `TOLD ${join(own, names[0]!)} first`,
      `TOLD ${join(own, names[1]!)} 2026-11-22T00:00:01.000Z`,
    ]);
    expect(statSync(own).mode & 0o777).toBe(0o700);
    expect(statSync(join(own, names[0]!)).mode & 0o777).toBe(0o600);
    const [older, newer] = await Promise.all(names.map((name) => readSnapshotFile(join(own, name))));
    expect(newer!.compareTo(older!)[0]).toMatchObject({ frames: [{ function: 'leak' }], deltaSamples: 10 });
  });

  it('keeps the last five files of its own, and those of others', async () => {
    const folder = temporaryFolder();
    const running = await listening(folder, `snapshotDir: ${JSON.stringify(join(folder, 'deep/er'))},`);
    await signal(running, 1);
    writeFileSync(join(folder, 'deep/er/allocations-1-old.json'), '');
    await signal(running, 7);
    const names = readdirSync(join(folder, 'deep/er'));
    expect(names).toHaveLength(6);
    expect(names).toContain('allocations-1-old.json');
    expect(names).toContain(`allocations-${running.pid}-20261122T000008.000Z.json`);
  });

  it('takes one at a time and at most one a second', async () => {
    const folder = temporaryFolder();
    const running = await listening(
      folder,
      '',
      `live(); step = 10; process.on('SIGWINCH', () => console.log('SEEN'));`,
    );
    running.child.kill('SIGUSR2');
    await running.printed('TOLD');
    for (let n = 0; n < 5; n++) running.child.kill('SIGUSR2');
    running.child.kill('SIGWINCH');
    await running.printed('SEEN');
    expect(told(running)).toHaveLength(1);
  });

  it('keeps no process alive, and has no listener after close', async () => {
    const folder = temporaryFolder();
    expect(await (await listening(folder, '', '')).exit).toBe(0);
    const closed = await listening(
      folder,
      '',
      `live(); onDemand.close(); onDemand.close(); console.log('LEFT', process.listenerCount('SIGUSR2'));`,
    );
    await closed.printed('LEFT 0');
  });

  it.each([
    ['on a full disk', filledDisk],
    ['in a folder that cannot be written', readOnlyPlace],
    ['where a file has the name of the folder', fileInPlace],
  ])(
    'tells of a file that cannot be written %s, leaves no part of it, and goes on when it can',
    async (_, place) => {
      const { folder, mend } = place();
      const running = await listening(temporaryFolder(), `snapshotDir: ${JSON.stringify(folder)}, ${LARGE}`);
      const printed = (word: string): string[] =>
        running.output.stdout.split('\n').filter((line) => line.startsWith(word));
      const there = (): string[] =>
        contained(() => readdirSync(folder), []).filter((name) => name.startsWith('allocations-'));
      await signal(running, 2);
      expect(printed('ERROR')).toHaveLength(2);
      expect(printed('ERROR')[1]).toContain(
        `ERR_LEAKGUARD_SNAPSHOT_FILE leakguard: cannot write a snapshot into ${folder} (`,
      );
      expect(printed('NOTICE cannot write')).toEqual([
        expect.stringMatching(/NOTICE cannot write a snapshot into .*; the next signal tries again$/),
      ]);
      expect(there()).toEqual([]);
      mend();
      await signal(running, 2);
      expect(printed('NOTICE snapshots are written')).toEqual([
        `NOTICE snapshots are written into ${folder} again`,
      ]);
      expect(told(running)[2]).toMatch(/^TOLD .*allocations-.*\.json 2026-/);
      expect(there()).toHaveLength(2);
      expect(there().filter((name) => name.endsWith('.tmp'))).toEqual([]);
    },
  );

  it('makes its folder again where that has gone meanwhile', async () => {
    const folder = join(temporaryFolder(), 'snapshots');
    const running = await listening(temporaryFolder(), `snapshotDir: ${JSON.stringify(folder)},`);
    await signal(running, 1);
    rmSync(folder, { recursive: true });
    await signal(running, 1);
    expect(readdirSync(folder)).toHaveLength(1);
    expect(running.output.stdout).not.toContain('ERROR');
  });

  it('returns where a folder can never be made', async () => {
    const running = await listening(temporaryFolder(), "snapshotDir: '/proc/none/below',");
    await signal(running, 1);
    expect(running.output.stdout).toContain('ERROR ERR_LEAKGUARD_SNAPSHOT_FILE');
  });

  it('writes into no folder of its own that others may enter, and tells of a snapshot that cannot be taken', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, `leakguard-${process.geteuid!()}`));
    chmodSync(join(folder, `leakguard-${process.geteuid!()}`), 0o755);
    const running = await listening(folder);
    await signal(running, 2);
    expect(told(running)[1]).toMatch(/^TOLD .* is open to other users 2026-/);
    const failing = await listening(folder, `take: () => Promise.reject(new Error('no profiler')),`);
    failing.child.kill('SIGUSR2');
    await failing.printed('ERROR undefined no profiler');
  });

  it('is off in a worker thread, and where no signal is asked for', async () => {
    const folder = temporaryFolder();
    const none = await listening(folder, 'signal: null,', '');
    expect(none.output.stdout).toBe('READY 0\n');
    const thread = `
      const { Worker } = await import('node:worker_threads');
      const code = ${JSON.stringify(`import(URL).then((parts) => { ${program()} })`)};
      new Worker(code.replace('URL', JSON.stringify(${JSON.stringify(core.url)})), { eval: true });`;
    const running = runProgram(core.url, thread, { env: { TMPDIR: folder } });
    await running.printed('READY 0');
    expect(running.output.stdout).not.toContain('NOTICE');
  });

  it('is off under nodemon, whose restarts it would swallow, and says so', async () => {
    const folder = temporaryFolder();
    // What starts the program has nodemon's name: it leaves no other trace.
    const nodemon = join(folder, 'nodemon');
    const code = `
      const { spawn } = require('node:child_process');
      spawn(process.execPath, process.argv.slice(2), { stdio: 'inherit' });`;
    writeFileSync(nodemon, code);
    const inner = `const parts = await import(${JSON.stringify(core.url)}); const snapshot = () => undefined; ${program()}`;
    const outer = `
      const { execFileSync } = await import('node:child_process');
      console.log(execFileSync(process.execPath, [${JSON.stringify(nodemon)}, '--input-type=module', '-e', ${JSON.stringify(inner)}], { encoding: 'utf8' }));`;
    const running = runProgram(core.url, outer, { env: { TMPDIR: folder } });
    await running.printed('READY 0');
    expect(running.output.stdout).toContain('NOTICE nodemon restarts by SIGUSR2');
  });
});

describe('what tells of nodemon', () => {
  it.each([
    [{ _: '/app/node_modules/.bin/nodemon' }, true],
    [{ npm_lifecycle_script: "nodemon --watch 'src' app.js" }, true],
    [{ npm_lifecycle_script: 'node nodemonitor.js' }, false],
    [{ _: '/usr/bin/node' }, false],
  ])('%j: %s', (env, expected) => {
    expect(isUnderNodemon(env)).toBe(expected);
  });
});

describe('the option signal', () => {
  function messageOf(option: unknown, env = {}): string {
    try {
      return `${signalOption(option, env)}`;
    } catch (error) {
      expect(error).toMatchObject({ code: 'ERR_LEAKGUARD_OPTION' });
      return (error as LeakguardError).message;
    }
  }

  it('is off unless asked for, by code or by the environment; code wins', () => {
    expect(messageOf(undefined)).toBe('null');
    expect(messageOf(undefined, { LEAKGUARD_SIGNAL: '' })).toBe('null');
    expect(messageOf(undefined, { LEAKGUARD_SIGNAL: 'SIGUSR2' })).toBe('SIGUSR2');
    expect(messageOf(false, { LEAKGUARD_SIGNAL: 'SIGUSR2' })).toBe('null');
    expect(messageOf('SIGWINCH', { LEAKGUARD_SIGNAL: 'SIGUSR2' })).toBe('SIGWINCH');
  });

  it('refuses a signal that is taken or that ends the process, and says why', () => {
    expect(messageOf('SIGUSR1')).toContain(
      "Node starts its debugger on SIGUSR1, so that it cannot be leakguard's",
    );
    expect(messageOf(undefined, { LEAKGUARD_SIGNAL: 'SIGUSR1' })).toMatch(
      /LEAKGUARD_SIGNAL must be one of .*debugger/,
    );
    expect(messageOf('SIGTERM')).toContain('keep the process from ending');
    for (const value of ['SIGKILL', 'sigusr2', 12, null, true, {}, Object.create(null), 'x'.repeat(1e6)]) {
      expect(messageOf(value)).toMatch(/^leakguard: signal must be one of SIGUSR2.{0,300}$/);
    }
  });
});
