import { GuardedWorker } from '@leakguard/bullmq';
import { Worker } from 'bullmq';

// A bare worker of another copy of BullMQ would be another program.
if (Object.getPrototypeOf(GuardedWorker) !== Worker)
  throw new Error(
    'GuardedWorker extends the Worker of another copy of bullmq than the one that this bench imports',
  );

/**
 * What is compared. Each entry makes its worker, in a process of its own; `every` as with servers.
 *
 * @type {Record<string, { title: string, every: number, worker: (queue: string, processor: (job: any) => unknown, options: import('bullmq').WorkerOptions) => Worker }>}
 */
export const JOB_VARIANTS = {
  bare: { title: 'bare Worker', every: 1, worker: bareWorker },
  again: { title: 'bare again (the resolution)', every: 1, worker: bareWorker },
  leakguard: { title: 'GuardedWorker at `watch`', every: 1, worker: guardedWorker },
  naive: {
    title: 'two process.memoryUsage()',
    every: 3,
    worker: (queue, processor, options) => bareWorker(queue, naiveProcessor(processor), options),
  },
};

export function bareWorker(queue, processor, options) {
  return new Worker(queue, processor, options);
}

export function guardedWorker(queue, processor, options) {
  return new GuardedWorker(queue, processor, { ...options, leakGuard: { level: 'watch' } });
}

/** The naive way: heap after minus before, averaged per name. */
function naiveProcessor(processor) {
  /** @type {Map<string, { count: number, bytes: number }>} */
  const names = new Map();
  return async (job) => {
    const before = process.memoryUsage().heapUsed;
    const result = await processor(job);
    const average = names.get(job.name) ?? { count: 0, bytes: 0 };
    average.count += 1;
    average.bytes += (process.memoryUsage().heapUsed - before - average.bytes) / average.count;
    names.set(job.name, average);
    return result;
  };
}
