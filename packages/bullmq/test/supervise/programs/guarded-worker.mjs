/**
 * The worker program of a user, with nothing about supervising in it. Runs from the built package, since it is a process of
 * its own.
 */
import { existsSync } from 'node:fs';
import { GuardedWorker } from '@leakguard/bullmq';
import { CONCURRENCY, JOB_MS, MAX_JOBS, note, QUEUE, REDIS_PORT } from './job-environment.mjs';

const { RECYCLE, WORKERS = '1' } = process.env;
const held = [];

// On one queue, so that they reach their limits at about the same time.
for (let n = 0; n < Number(WORKERS); n++) {
  const worker = new GuardedWorker(
    QUEUE,
    async (job) => {
      note('started', job.id);
      if (process.env.LEAK !== undefined) held.push(new Array(4e5).fill(job.id));
      await new Promise((resolve) => setTimeout(resolve, Number(JOB_MS)));
      // Jobs last while this file is there.
      while (existsSync(process.env.HOLD_WHILE ?? ''))
        await new Promise((resolve) => setTimeout(resolve, 20));
      note('ended', job.id);
    },
    {
      connection: { host: '127.0.0.1', port: Number(REDIS_PORT), maxRetriesPerRequest: null },
      concurrency: Number(CONCURRENCY),
      lockDuration: 5000,
      stalledInterval: 500,
      shutdownTimeout: Number(process.env.SHUTDOWN_TIMEOUT ?? 25_000),
      ...(MAX_JOBS === 'none' ? {} : { maxJobsPerWorker: Number(MAX_JOBS) }),
      ...(process.env.MAX_HEAP === undefined
        ? {}
        : { maxHeapPerWorker: process.env.MAX_HEAP, minJobsPerWorker: 1 }),
      ...(RECYCLE === undefined ? {} : { recycle: RECYCLE }),
    },
  );
  worker.on('error', () => {});
  worker.on('ready', () => note('ready'));
  worker.on('recycled', ({ reason, jobs, isolate }) => note('recycled', `${reason}:${jobs}:${isolate.kind}`));
  worker.on('closed', () => note('closed'));
  worker.on('stalled', (id) => note('stalled', id));
  worker.on('failed', (job) => note('failed', job?.id));
}
