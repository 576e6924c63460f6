import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { startRedis, type TestRedis } from '@leakguard/test-utils';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  abandon,
  type BullmqModule,
  checkModule,
  childName,
  containSends,
  hasEnded,
  initChild,
  killChild,
  replacePool,
  sendToChild,
  stockSignalListeners,
  UnknownBullmqError,
} from '../src/bullmq-internals.ts';
import { guardedWorkerOf } from '../src/guarded-worker-of.ts';
import { processorFile } from './job-bench.ts';
import { MAJORS } from './majors.ts';
import { warningsOf } from './warnings.ts';

// Each of these fails when a version of BullMQ changes what `bullmq-internals.ts` relies on.
const require = createRequire(import.meta.url);
let redis: TestRedis;
let connection: { host: string; port: number; maxRetriesPerRequest: null };
const open: { waitUntilReady(): Promise<unknown>; close(): Promise<void> }[] = [];

beforeAll(async () => {
  redis = await startRedis();
  connection = { host: redis.host, port: redis.port, maxRetriesPerRequest: null };
});
afterAll(() => redis.stop());
afterEach(async () => {
  for (const worker of open.splice(0)) {
    // BullMQ 5 has an unhandled rejection when a worker closes that is still connecting.
    await worker.waitUntilReady();
    await worker.close();
  }
});

describe.each(MAJORS)('$name', ({ major, version, bullmq }) => {
  const classes = join(dirname(require.resolve(`bullmq${major}`)), 'classes');
  const source = (name: string): string => readFileSync(join(classes, `${name}.js`), 'utf8');

  function stockWorker(): InstanceType<typeof bullmq.Worker> {
    return new bullmq.Worker('nothing', processorFile('work.mjs'), { connection, autorun: false });
  }

  it('is that major', () => {
    expect(version).toMatch(new RegExp(`^${major}\\.`));
  });

  it('exports what is taken from it', () => {
    expect(() => checkModule(bullmq)).not.toThrow();
    expect(bullmq.WaitingError).toBeTypeOf('function');
    expect(bullmq.UnrecoverableError).toBeTypeOf('function');
    expect(bullmq.Worker.prototype.processJob).toBeTypeOf('function');
  });

  it('keeps a pool in Worker.childPool that knows its main file', () => {
    const worker = stockWorker();
    open.push(worker);
    let main = '';
    const pool = {
      retain: async () => null as never,
      release: () => undefined,
      clean: async () => undefined,
    };
    replacePool(worker, (mainFile) => {
      main = mainFile;
      return pool;
    });
    expect(main).toBe(join(classes, 'main.js'));
    expect((worker as unknown as { childPool?: unknown }).childPool).toBe(pool);
  });

  it('asks a pool for nothing but retain, release and clean', () => {
    const asked = ['worker', 'sandbox'].flatMap((name) =>
      [...source(name).matchAll(/childPool(?:\)? === null[^?]*\? void 0 : _\w+|)\.(\w+)\(/g)].map(
        ([, method]) => method,
      ),
    );
    const more = [
      ...source('worker').matchAll(/childPool\) === null \|\| _a === void 0 \? void 0 : _a\.(\w+)\(/g),
    ];
    expect([...new Set([...asked, ...more.map(([, method]) => method)])].sort()).toEqual([
      'clean',
      'release',
      'retain',
    ]);
  });

  it('asks for an isolate in the turn in which it gets the job, so that the isolate is known by it', async () => {
    const seen: string[] = [];
    class Probe extends bullmq.Worker {
      protected override createSandbox(...args: [never]): void {
        replacePool(this, () => ({
          retain: async () => {
            seen.push('retain');
            throw new Error('none');
          },
          release: () => undefined,
          clean: async () => undefined,
        }));
        super.createSandbox(...args);
      }
      ask(): Promise<unknown> {
        return this.callProcessJob({ asJSONSandbox: () => ({}) } as never, 'token');
      }
    }
    const worker = new Probe('nothing', processorFile('work.mjs'), { connection, autorun: false });
    open.push(worker);
    const asked = worker.ask();
    expect(seen).toEqual(['retain']);
    await expect(asked).rejects.toThrow('none');
  });

  it.each([
    ['process', 'main.js', false],
    ['thread', 'main-worker.js', true],
  ])('has a Child whose %s can be started, named, told and killed', async (kind, main, useWorkerThreads) => {
    const file = pathToFileURL(processorFile('work.mjs')).href;
    const child = new bullmq.Child(join(classes, main), file, { useWorkerThreads });
    const received: unknown[] = [];
    child.on('message', (message) => void received.push(message));
    await killChild(child);
    await initChild(child);
    const { InitCompleted } = bullmq.ParentCommand as unknown as { InitCompleted: number };
    expect(received).toEqual([expect.objectContaining({ cmd: InitCompleted })]);
    const id = kind === 'process' ? child.childProcess.pid : child.worker.threadId;
    expect(childName(child)).toEqual({ kind, id });
    expect(id).toBeGreaterThan(0);
    expect(hasEnded(child)).toBe(false);
    await sendToChild(child, { cmd: 'of nobody' });
    const exited = once(child, 'exit');
    await killChild(child);
    await exited;
    expect(hasEnded(child)).toBe(true);
    await killChild(child);
  });

  it('sends to children by the method that is replaced, which then rejects no more', async () => {
    expect(source('sandbox')).toMatch(/child\.send\(/);
    const child = new bullmq.Child('', '', { useWorkerThreads: false });
    const sent: unknown[] = [];
    child.send = async (message: unknown) => {
      sent.push(message);
      throw new Error('the channel is closed');
    };
    containSends(child);
    await sendToChild(child, { cmd: 'one' });
    expect(sent).toEqual([{ cmd: 'one' }]);
  });

  it('passes over messages that are not its own, on both sides', () => {
    expect(source('main-base')).toMatch(/switch \(msg\.cmd\)/);
    expect(source('main-base')).not.toMatch(/default:/);
    expect(source('sandbox')).toMatch(/switch \(msg\.cmd\)/);
    expect(source('sandbox')).not.toMatch(/default:/);
  });

  it('has signal listeners in its children that are known by their text', async () => {
    const file = join(dirname(processorFile('x')), '../programs/counts-listeners.mjs');
    const child = fork(join(classes, 'main.js'), [], { execArgv: [], silent: true });
    const { Init } = (bullmq as unknown as { ChildCommand: { Init: number } }).ChildCommand;
    child.send({ cmd: Init, value: file });
    const [message] = (await once(child, 'message')) as [{ stock: number; all: number }];
    child.kill('SIGKILL');
    expect(message).toEqual({ stock: 2, all: 2 });
  });

  it('has the parts that are closed when its own close() hangs', async () => {
    const worker = stockWorker();
    await worker.waitUntilReady();
    const parts = worker as unknown as Record<string, { close?: unknown }>;
    expect(parts.lockManager!.close).toBeTypeOf('function');
    for (const part of major === 6 ? ['backend'] : ['blockingConnection', 'connection'])
      expect(parts[part]!.close).toBeTypeOf('function');
    expect(source('worker')).toContain('this.stalledCheckStopper = () => {');
    await abandon(worker);
    expect(parts.closed).toBe(true);
  });
});

describe('a BullMQ that lacks what recycling needs', () => {
  const { bullmq } = MAJORS[1]!;
  const options = () => ({ connection, autorun: false });

  it.each([
    ['the export Child', { Child: undefined }],
    ['the export ParentCommand', { ParentCommand: undefined }],
  ])('(%s) is refused with what to do where an option needs it', (what, change) => {
    const Worker = guardedWorkerOf({ ...bullmq, ...change } as never as BullmqModule);
    const make = () =>
      new Worker('nothing', processorFile('work.mjs'), { ...options(), maxJobsPerWorker: 5 });
    expect(make).toThrow(expect.objectContaining({ code: 'ERR_LEAKGUARD_BULLMQ' }));
    expect(make).toThrow(`${what} is missing`);
  });

  it('works as BullMQ does, with a warning, where no option needs it', async () => {
    const warnings = warningsOf('LEAKGUARD_BULLMQ');
    const Worker = guardedWorkerOf({ ...bullmq, Child: undefined } as never as BullmqModule);
    const worker = new Worker('nothing', processorFile('work.mjs'), options());
    open.push(worker);
    expect(await warnings.all()).toEqual([expect.stringContaining("its isolates are BullMQ's own")]);
  });

  it('is told by a missing main file', () => {
    expect(() => replacePool({}, () => null as never)).toThrow(UnknownBullmqError);
  });

  it('has no listeners that are taken for its own', () => {
    expect(stockSignalListeners(process, 'SIGTERM')).toEqual([]);
  });
});
