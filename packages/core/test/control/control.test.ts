import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { askControl } from '../../src/control/ask-control.ts';
import { type BuiltCore, builtCore } from '../report/built-core.ts';
import { temporaryFolder } from '../report/temporary-folder.ts';
import { type Running, runProgram } from './on-demand-program.ts';

let core: BuiltCore;
beforeAll(async () => {
  core = await builtCore(fileURLToPath(new URL('./on-demand-parts.ts', import.meta.url)));
}, 60_000);
afterAll(() => core.remove());

const OPEN = `
  const control = parts.openControl({
    answer: async (ask) => ask === 'snapshot' ? await snapshot() : { ask, pid: process.pid },
    onUnavailable: (reason) => console.log('OFF', reason),
    ...globalThis.options,
  });
  setImmediate(() => setImmediate(() => console.log('READY')));`;

/** A program with an open control whose runtime folder is this. */
async function listening(runtime: string, rest = 'live();', before = ''): Promise<Running> {
  const running = runProgram(core.url, before + OPEN + rest, { env: { XDG_RUNTIME_DIR: runtime } });
  await running.printed('READY');
  return running;
}

function socketOf(runtime: string, name: number | string): string {
  return join(runtime, 'leakguard', `${name}.sock`);
}

/** What comes back for these bytes, until the server ends. */
async function sent(path: string, bytes: string | Buffer): Promise<string> {
  const socket = connect({ path });
  socket.write(bytes);
  return text(socket);
}

function codeIn(answer: string): string {
  return (JSON.parse(answer) as { error: { code: string } }).error.code;
}

function connected(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path });
    socket.once('connect', () => resolve(socket));
    socket.once('error', reject);
  });
}

describe('the control socket', { timeout: 60_000 }, () => {
  it('goes on where what looks like a socket that nobody owns cannot be removed', async () => {
    const runtime = temporaryFolder();
    mkdirSync(socketOf(runtime, 999_999_999), { recursive: true });
    chmodSync(join(runtime, 'leakguard'), 0o700);
    const { pid } = await listening(runtime);
    for (let time = 0; time < 3; time++)
      expect(await askControl({ pid, threadId: 0 }, 'report')).toMatchObject({ pid });
  });

  it('answers whoever knows the pid, from a folder that only its user can enter', async () => {
    const runtime = temporaryFolder();
    const { pid } = await listening(runtime);
    expect(await askControl({ pid, threadId: 0 }, 'report')).toEqual({ ask: 'report', pid });
    expect(await askControl({ pid, threadId: 0 }, 'snapshot')).toMatchObject({
      kind: 'leakguard.allocations',
      pid,
    });
    expect(statSync(join(runtime, 'leakguard')).mode & 0o777).toBe(0o700);
    const socket = statSync(socketOf(runtime, pid));
    expect(socket.isSocket()).toBe(true);
    expect(socket.mode & 0o777).toBe(0o600);
  });

  it('is one for each of two processes', async () => {
    const runtime = temporaryFolder();
    const [a, b] = await Promise.all([listening(runtime), listening(runtime)]);
    const pids = await Promise.all([a, b].map(({ pid }) => askControl({ pid, threadId: 0 }, 'types')));
    expect(pids).toEqual([a, b].map(({ pid }) => ({ ask: 'types', pid })));
  });

  it('is one for each thread too, which the error for the main thread names', async () => {
    const runtime = temporaryFolder();
    const thread = `
      import('node:worker_threads').then(({ Worker }) => {
        const worker = new Worker(\`import(\${JSON.stringify(${JSON.stringify(core.url)})}).then((parts) => {
          parts.openControl({ answer: async (ask) => ({ ask, thread: true }) });
          setTimeout(() => undefined, 1e9);
        })\`, { eval: true });
        globalThis.worker = worker;
      });`;
    const end = `process.stdin.once('data', () => worker.terminate().then(() => console.log('GONE')));`;
    const { pid, output, child, printed } = await listening(runtime, `${thread} live(); ${end}`);
    await vi.waitFor(async () => {
      expect(await askControl({ pid, threadId: 1 }, 'report')).toEqual({ ask: 'report', thread: true });
    });
    await expect(askControl({ pid, threadId: 2 }, 'report')).rejects.toMatchObject({
      code: 'ERR_LEAKGUARD_NOT_LISTENING',
      message: expect.stringContaining(`These do: ${pid}-1`),
    });
    child.stdin!.write('end\n');
    await printed('GONE');
    expect(existsSync(socketOf(runtime, `${pid}-1`))).toBe(false);
    expect(existsSync(socketOf(runtime, pid))).toBe(true);
    expect(output.stderr).toBe('');
  });

  it('keeps no process alive, and leaves no socket behind when that ends by itself or by process.exit', async () => {
    const runtime = temporaryFolder();
    for (const rest of [
      '',
      'setTimeout(() => process.exit(3), 50);',
      "setTimeout(() => { throw new Error('x') }, 50);",
    ]) {
      const running = await listening(runtime, rest);
      expect(await running.exit).toBe(rest === '' ? 0 : rest.includes('exit') ? 3 : 1);
    }
    expect(readdirSync(join(runtime, 'leakguard'))).toEqual([]);
  });

  it('keeps no process alive while a client is connected and says nothing, or while an answer is being looked for', async () => {
    const runtime = temporaryFolder();
    const never = `globalThis.options = { answer: () => new Promise(() => undefined) };`;
    const running = await listening(
      runtime,
      "const t = live(); process.stdin.once('data', () => { clearInterval(t); process.stdin.destroy(); });",
      never,
    );
    const silent = await connected(socketOf(runtime, running.pid));
    const asking = await connected(socketOf(runtime, running.pid));
    asking.write('{"v":1,"ask":"report"}\n');
    for (const socket of [silent, asking]) socket.on('error', () => undefined).resume();
    running.child.stdin!.write('end\n');
    expect(await running.exit).toBe(0);
  });

  it('is gone after close, with its file and its listener', async () => {
    const runtime = temporaryFolder();
    const { pid, printed } = await listening(
      runtime,
      `live(); control.close(); control.close(); setImmediate(() => console.log('CLOSED', process.listenerCount('exit')));`,
    );
    await printed('CLOSED 0');
    expect(existsSync(socketOf(runtime, pid))).toBe(false);
    await expect(askControl({ pid, threadId: 0 }, 'report')).rejects.toMatchObject({
      code: 'ERR_LEAKGUARD_NOT_LISTENING',
    });
  });

  it('can be closed before it has begun to listen', async () => {
    const runtime = temporaryFolder();
    const program = `parts.openControl({ answer: async () => 1 }).close(); console.log('DONE');`;
    const running = runProgram(core.url, program, { env: { XDG_RUNTIME_DIR: runtime } });
    expect(await running.exit).toBe(0);
    expect(readdirSync(join(runtime, 'leakguard'))).toEqual([]);
  });

  it('takes the place of a socket that a killed process left, and removes what others left', async () => {
    const runtime = temporaryFolder();
    const killed = await listening(runtime);
    killed.child.kill('SIGKILL');
    await killed.exit;
    const left = socketOf(runtime, killed.pid);
    expect(existsSync(left)).toBe(true);
    const same = `const { linkSync } = await import('node:fs'); linkSync(${JSON.stringify(left)}, ${JSON.stringify(join(runtime, 'leakguard'))} + '/' + process.pid + '.sock');`;
    const { pid } = await listening(runtime, 'live();', same);
    await vi.waitFor(async () => {
      expect(await askControl({ pid, threadId: 0 }, 'report')).toEqual({ ask: 'report', pid });
    });
    await vi.waitFor(() => expect(existsSync(left)).toBe(false));
  });

  it('leaves a socket alone on which somebody listens, though no process here has its pid', async () => {
    const runtime = temporaryFolder();
    mkdirSync(join(runtime, 'leakguard'), { mode: 0o700 });
    const other = createServer().listen(socketOf(runtime, 999_999_999));
    const { pid } = await listening(runtime);
    expect(await askControl({ pid, threadId: 0 }, 'report')).toMatchObject({ pid });
    expect(existsSync(socketOf(runtime, 999_999_999))).toBe(true);
    await new Promise((resolve) => other.close(resolve));
  });

  it("is each worker's own in a cluster, and not the primary's", async () => {
    const runtime = temporaryFolder();
    const file = join(runtime, 'worker.mjs');
    writeFileSync(
      file,
      `const parts = await import(${JSON.stringify(core.url)});
      parts.openControl({ answer: async () => process.pid, onUnavailable: console.log });
      setInterval(() => undefined, 1000);`,
    );
    const primary = `
      const { default: cluster } = await import('node:cluster');
      cluster.setupPrimary({ exec: ${JSON.stringify(file)}, execArgv: [] });
      const pids = [cluster.fork(), cluster.fork()].map((worker) => worker.process.pid);
      console.log('PIDS', ...pids, 'END');`;
    const running = runProgram(core.url, primary, { env: { XDG_RUNTIME_DIR: runtime } });
    await running.printed('END');
    const pids = running.output.stdout.match(/\d+/g)!.map(Number);
    onTestFinished(() => pids.forEach((pid) => void process.kill(pid, 'SIGKILL')));
    expect(pids).toHaveLength(2);
    for (const pid of pids) {
      await vi.waitFor(
        async () => expect(await askControl({ pid, threadId: 0 }, 'report')).toBe(pid),
        20_000,
      );
    }
  });

  it('is off for a second guard of the process, and the first one goes on', async () => {
    const runtime = temporaryFolder();
    const second = `parts.openControl({ answer: async () => 2, onUnavailable: (reason) => console.log('SECOND', reason) });`;
    const { pid, printed } = await listening(runtime, `${second} live();`);
    await printed('SECOND listen EADDRINUSE');
    expect(await askControl({ pid, threadId: 0 }, 'report')).toEqual({ ask: 'report', pid });
  });
});

describe('a control socket that cannot be', { timeout: 60_000 }, () => {
  it('is off in a folder that is open to others, that is a link, and where a file stands in its place', async () => {
    const makers: ((folder: string) => void)[] = [
      (folder) => {
        mkdirSync(folder);
        chmodSync(folder, 0o755);
      },
      (folder) => symlinkSync(temporaryFolder(), folder),
      (folder) => writeFileSync(folder, ''),
    ];
    for (const make of makers) {
      const runtime = temporaryFolder();
      make(join(runtime, 'leakguard'));
      make(join(runtime, `leakguard-${process.geteuid!()}`));
      const env = { XDG_RUNTIME_DIR: runtime, TMPDIR: runtime };
      const running = runProgram(core.url, OPEN, { env });
      expect(await running.exit).toBe(0);
      expect(running.output.stdout).toMatch(/OFF .*(is open to other users|is no folder)/);
      expect(running.output.stderr).toBe('');
    }
  });

  it('is off where the path is too long for a socket, which some systems would cut silently', async () => {
    const folder = join(temporaryFolder(), 'long'.repeat(30));
    mkdirSync(folder);
    const running = runProgram(core.url, OPEN, { env: { XDG_RUNTIME_DIR: folder, TMPDIR: folder } });
    expect(await running.exit).toBe(0);
    expect(running.output.stdout).toContain('too long for the path of a socket');
  });

  it('goes to the temporary folder where the runtime folder is not there', async () => {
    const temporary = temporaryFolder();
    const env = { XDG_RUNTIME_DIR: '/no/such/folder', TMPDIR: temporary };
    const running = runProgram(core.url, `${OPEN} live();`, { env });
    await running.printed('READY');
    expect(await askControl({ pid: running.pid, threadId: 0 }, 'report')).toEqual({
      ask: 'report',
      pid: running.pid,
    });
    expect(readdirSync(temporary)).toEqual([`leakguard-${process.geteuid!()}`]);
  });

  it('is off, without a word on stderr, where Node may not write', async () => {
    const flag = process.allowedNodeEnvironmentFlags.has('--permission')
      ? '--permission'
      : '--experimental-permission';
    const runtime = temporaryFolder();
    const running = runProgram(core.url, OPEN, {
      flags: ['--no-warnings', flag, '--allow-fs-read=*'],
      env: { XDG_RUNTIME_DIR: runtime, TMPDIR: runtime },
    });
    expect(await running.exit).toBe(0);
    expect(running.output.stdout).toContain('OFF ');
    expect(running.output.stderr).toBe('');
  });
});

describe('a client of the control socket', { timeout: 60_000 }, () => {
  it('gets an error with a code for what is no request, and the next one is answered', async () => {
    const runtime = temporaryFolder();
    const { pid } = await listening(runtime);
    const path = socketOf(runtime, pid);
    for (const bytes of [
      ...[
        'hello\n',
        '{}\n',
        '[]\n',
        'null\n',
        '{"v":2,"ask":"report"}\n',
        '{"v":1,"ask":"constructor"}\n',
        '\n',
      ],
      ...[`${'x'.repeat(5000)}`, `${' '.repeat(2000)}\n`, Buffer.from([0xff, 0, 0x0a])],
    ]) {
      expect(codeIn(await sent(path, bytes))).toBe('ERR_LEAKGUARD_CONTROL');
    }
    expect(await sent(path, '{"v":1,"ask":"report"}\n{"v":1,"ask":"report"}\n')).toBe(
      `${JSON.stringify({ v: 1, answer: { ask: 'report', pid } })}\n`,
    );
    expect(await askControl({ pid, threadId: 0 }, 'report')).toEqual({ ask: 'report', pid });
  });

  it('may go away at any moment', async () => {
    const runtime = temporaryFolder();
    const slow = `globalThis.options = { answer: (ask) => new Promise((r) => setTimeout(() => r('x'.repeat(5e6)), 5)) };`;
    const { pid, output } = await listening(runtime, 'live();', slow);
    const path = socketOf(runtime, pid);
    for (const bytes of ['', '{"v":1,', '{"v":1,"ask":"report"}\n']) {
      const socket = await connected(path);
      socket.write(bytes);
      socket.destroy();
    }
    const reading = await connected(path);
    reading.write('{"v":1,"ask":"report"}\n');
    await new Promise((resolve) => reading.once('data', resolve))
      .then(() => reading.resetAndDestroy?.call(reading))
      .catch(() => reading.destroy());
    await vi.waitFor(async () => {
      expect(await askControl({ pid, threadId: 0 }, 'report')).toHaveLength(5e6);
    });
    expect(output.stderr).toBe('');
  });

  it('that says nothing is turned out in time, and so is one whose answer is not found', async () => {
    const runtime = temporaryFolder();
    const options = `let calls = 0; globalThis.options = { requestTimeoutMs: 50, answerTimeoutMs: 50,
      answer: () => ++calls === 1 ? new Promise(() => undefined) : Promise.resolve(calls) };`;
    const { pid } = await listening(runtime, 'live();', options);
    const path = socketOf(runtime, pid);
    expect(await sent(path, '')).toBe('');
    expect(await sent(path, '{"v":1,')).toBe('');
    expect(codeIn(await sent(path, '{"v":1,"ask":"report"}\n'))).toBe('ERR_LEAKGUARD_CONTROL_TIMEOUT');
    expect(await askControl({ pid, threadId: 0 }, 'report')).toBe(2);
  });

  it('is told to come again while another one is being answered', async () => {
    const runtime = temporaryFolder();
    const options = `let release; globalThis.options = { answer: (ask) => ask === 'report' ? new Promise((r) => { release = r; console.log('ASKED'); }) : Promise.resolve(0) };
      process.stdin.on('data', () => release('at last'));`;
    const { pid, printed, child } = await listening(runtime, 'live();', options);
    const first = askControl({ pid, threadId: 0 }, 'report');
    await printed('ASKED');
    await expect(askControl({ pid, threadId: 0 }, 'types')).rejects.toMatchObject({
      code: 'ERR_LEAKGUARD_CONTROL_BUSY',
    });
    child.stdin!.write('go\n');
    expect(await first).toBe('at last');
    expect(await askControl({ pid, threadId: 0 }, 'types')).toBe(0);
  });

  it('gets the code of what the guard failed with, and an error for an answer that is no JSON', async () => {
    const runtime = temporaryFolder();
    const options = `globalThis.options = { answer: (ask) => {
      if (ask === 'types') throw Object.assign(new Error('leakguard: no profiler here'), { code: 'ERR_LEAKGUARD_SNAPSHOT_STACKS' });
      return ask === 'report' ? Promise.reject(null) : Promise.resolve({ n: 1n });
    } };`;
    const { pid } = await listening(runtime, 'live();', options);
    const failure = (ask: 'types' | 'report' | 'snapshot') =>
      expect(askControl({ pid, threadId: 0 }, ask)).rejects;
    await failure('types').toMatchObject({
      code: 'ERR_LEAKGUARD_SNAPSHOT_STACKS',
      message: 'leakguard: no profiler here',
    });
    await failure('report').toMatchObject({ code: 'ERR_LEAKGUARD_CONTROL' });
    await failure('snapshot').toMatchObject({
      code: 'ERR_LEAKGUARD_CONTROL',
      message: expect.stringContaining('BigInt'),
    });
  });

  it('is told when there is no such process', async () => {
    await expect(askControl({ pid: 999_999_999, threadId: 0 }, 'report')).rejects.toMatchObject({
      code: 'ERR_LEAKGUARD_NOT_LISTENING',
      message: expect.stringContaining('does not exist'),
    });
  });

  it('asks nobody in a folder that others can enter', async () => {
    const runtime = temporaryFolder();
    const { pid } = await listening(runtime);
    chmodSync(join(runtime, 'leakguard'), 0o777);
    await expect(askControl({ pid, threadId: 0 }, 'report')).rejects.toMatchObject({
      code: 'ERR_LEAKGUARD_NOT_LISTENING',
    });
  });
});
