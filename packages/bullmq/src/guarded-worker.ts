import * as bullmq from 'bullmq';
import { guardedWorkerOf } from './guarded-worker-of.ts';
import type { GuardedWorkerClass, GuardedWorker as Instance } from './guarded-worker-types.ts';

/**
 * BullMQ's `Worker` that counts jobs per name for the guard, replaces the isolates of a processor file (child processes,
 * worker threads) after `maxJobsPerWorker` jobs or above `maxHeapPerWorker`, and whose `close()` ends. Recycling itself
 * loses, doubles, stalls and fails no job; `kill -9` and a lost Redis re-run jobs by BullMQ's own contract.
 *
 * @throws LeakguardError `ERR_LEAKGUARD_OPTION` for nonsense in the options, and for limits of a processor function that
 * nobody could keep: it shares its process
 * @example
 * const worker = new GuardedWorker('emails', new URL('./send-email.js', import.meta.url), {
 *   connection: { url: process.env.REDIS_URL },
 *   concurrency: 8,
 *   maxJobsPerWorker: 500,
 * });
 * worker.on('recycled', ({ reason, jobs, isolate }) => console.log(reason, jobs, isolate));
 */
export const GuardedWorker: GuardedWorkerClass = guardedWorkerOf(bullmq as never);

// biome-ignore lint/suspicious/noExplicitAny: as BullMQ's own defaults
export type GuardedWorker<D = any, R = any, N extends string = string> = Instance<D, R, N>;
