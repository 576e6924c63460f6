import 'reflect-metadata';
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { recordingGuard, startRedis, type TestRedis } from '@leakguard/test-utils';
import { BullModule, Processor, WorkerHost } from '@nestjs/bullmq';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { Job } from 'bullmq';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { GuardedWorker } from '../src/index.ts';
import { JobBench, processorFile } from './job-bench.ts';
import { MAJORS } from './majors.ts';

// Programs and isolates run the built package: `npm run build -w packages/bullmq` first.
let redis: TestRedis;
let bench: JobBench;

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());
afterEach(() => bench.close());

const six = MAJORS[1]!;
const require = createRequire(import.meta.url);
const run = promisify(execFile);

describe('NestJS', () => {
  it('runs its processors in guarded workers, options and shutdown included', async () => {
    bench = new JobBench(six, redis);
    const guard = recordingGuard();
    const name = bench.queue.name;
    const seen: unknown[] = [];
    class Mails extends WorkerHost {
      async process(job: Job): Promise<void> {
        seen.push([job.name, this.worker instanceof GuardedWorker]);
      }
    }
    Processor(name, { guard, shutdownTimeout: 5000 } as object)(Mails);
    class App {}
    Module({
      imports: [BullModule.forRoot({ connection: bench.connection }), BullModule.registerQueue({ name })],
      providers: [Mails],
    })(App);
    BullModule.workerClass = GuardedWorker;
    const app = await NestFactory.createApplicationContext(App, { logger: false });
    await bench.add(2);
    expect(await guard.finished(2)).toEqual([`${name}:job`, `${name}:job`]);
    await app.close();
    expect(seen).toEqual([
      ['job', true],
      ['job', true],
    ]);
  });
});

describe('bull-board', () => {
  it('shows the queue of a guarded worker', async () => {
    bench = new JobBench(six, redis);
    await bench.add(3);
    bench.worker('work.mjs', { maxJobsPerWorker: 1, useWorkerThreads: true });
    await bench.finished(3);
    const adapter = new BullMQAdapter(bench.queue as never);
    const routes: unknown[] = [];
    const serverAdapter = new Proxy({} as never, {
      get: (_, key) => (given: unknown) => {
        if (key === 'setApiRoutes') routes.push(given);
        return serverAdapter;
      },
    });
    createBullBoard({ queues: [adapter], serverAdapter, options: { uiBasePath: process.cwd() } as never });
    expect(routes).toHaveLength(1);
    expect(await adapter.getJobCounts()).toMatchObject({ completed: 3, failed: 0 });
    expect(await adapter.getJobs(['completed'], 0, 10)).toHaveLength(3);
  });
});

describe.each(MAJORS)('connections that the app made ($name)', (major) => {
  it.each(['ioredis', 'ioredis5'])('of %s are used, and left open', async (client) => {
    bench = new JobBench(major, redis);
    const { Redis } = require(client) as typeof import('ioredis');
    const connection = new Redis(redis.url, { maxRetriesPerRequest: null });
    const ids = await bench.add(6);
    const worker = bench.worker('work.mjs', {
      connection: connection as never,
      maxJobsPerWorker: 2,
      useWorkerThreads: true,
    });
    await bench.finished(6);
    await worker.close();
    expect(await connection.ping()).toBe('PONG');
    await connection.quit();
    expect(bench.idsOf('E').sort()).toEqual([...ids].sort());
  });
});

describe('the class', () => {
  it('can be extended', async () => {
    bench = new JobBench(six, redis);
    class Mine extends GuardedWorker<{ log: string }, string> {
      readonly kind = 'mine';
    }
    await bench.add(1);
    const worker = new Mine(bench.queue.name, processorFile('work.mjs'), { connection: bench.connection });
    await bench.finished(1);
    await worker.close();
    expect(worker.kind).toBe('mine');
    expect(worker).toBeInstanceOf(GuardedWorker);
    expect(Mine.RateLimitError()).toBeInstanceOf(Error);
  });

  it.each(['loads-by-import.mjs', 'loads-by-require.cjs'])('runs jobs in isolates in %s', async (program) => {
    bench = new JobBench(six, redis);
    await bench.add(4);
    const { port } = bench.connection;
    const given = JSON.stringify({ queue: bench.queue.name, port, processor: processorFile('plain.cjs') });
    const file = fileURLToPath(new URL(`programs/${program}`, import.meta.url));
    const { stdout } = await run(process.execPath, [file, given], { timeout: 50_000 });
    expect(stdout.trim().split('\n')).toEqual(['plain', 'plain', 'plain', 'plain']);
    expect(bench.pids).toHaveLength(4);
  });
});
