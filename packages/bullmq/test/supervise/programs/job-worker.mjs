/**
 * A worker program with a plain BullMQ worker that tells the supervisor itself how it stands, and writes what it runs to an
 * execution log. Runs from the built package, since it is a process of its own.
 */
import {
  askForReplacement,
  isReplacementDue,
  onDrain,
  ready,
  supervisedSlot,
} from '@leakguard/bullmq/supervise';
import { Worker } from 'bullmq';
import { CONCURRENCY, JOB_MS, MAX_JOBS, note, QUEUE, REDIS_PORT } from './job-environment.mjs';

const { LOCK_MS = '5000' } = process.env;

const limit = Math.ceil(Number(MAX_JOBS) * (supervisedSlot()?.limitShare ?? 1));
let jobs = 0;
let firstAt;

const worker = new Worker(
  QUEUE,
  async (job) => {
    firstAt ??= performance.now();
    note('started', job.id);
    await new Promise((resolve) => setTimeout(resolve, Number(JOB_MS)));
    note('ended', job.id);
    jobs += 1;
    if (isReplacementDue({ jobs, limit, elapsedMs: performance.now() - firstAt })) {
      askForReplacement('jobs', { jobs });
    }
  },
  {
    connection: { host: '127.0.0.1', port: Number(REDIS_PORT), maxRetriesPerRequest: null },
    concurrency: Number(CONCURRENCY),
    lockDuration: Number(LOCK_MS),
    stalledInterval: 500,
  },
);
worker.on('error', () => {});
worker.on('stalled', (id) => note('stalled', id));
worker.on('failed', (job) => note('failed', job?.id));
onDrain(() => {
  note('draining');
  return worker.close();
});
worker.waitUntilReady().then(
  () => {
    note('ready');
    ready();
  },
  () => {},
);
