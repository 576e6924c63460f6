import { GuardedWorker, type GuardedWorkerOptions } from '@leakguard/bullmq';

/** The queue of the shop. */
export const QUEUE = 'shop';

/** Each isolate, a child process here, loads this file and does one job at a time. */
const processorFile = new URL('./processors/shop.js', import.meta.url);

/**
 * The shop's worker. Everything about leaks is two options: `maxJobsPerWorker` recycles a child process after so many jobs,
 * and `logFile` keeps a growth log. A worker without them is the same, and grows.
 *
 * @param options of the worker, in place of the ones here
 * @example
 * const worker = startWorker({ connection: { url: 'redis://127.0.0.1:6379' } });
 */
export function startWorker(options: GuardedWorkerOptions, processor: URL = processorFile): GuardedWorker {
  return new GuardedWorker(QUEUE, processor, {
    concurrency: 2,
    maxJobsPerWorker: 500,
    leakGuard: { logFile: 'growth.ndjson' },
    ...options,
  });
}
