import { getGuard } from '@leakguard/core';

/**
 * Runs the worker of a job case: its own pinned BullMQ, its own Worker, and `guardProcessor` of a module around the jobs.
 *
 * @type {import('./serve.mjs').StartHost}
 */
export async function startJobHost({ app, guardModule, guardOptions, jobs: target, onError }) {
  const { Queue, Worker, workerOptions, jobs, background = [], close } = app;
  const { queue: name, connection, prefix } = /** @type {import('./job-load.mjs').JobTarget} */ (target);
  // A rival brings a guard of its own: leakguard's must not be in its process.
  const guard = guardModule === null ? undefined : (guardModule.getGuard ?? getGuard)(guardOptions);
  const processor = (/** @type {{ name: string }} */ job) => jobs[job.name](job);
  const guarded = guardModule === null ? processor : guardModule.guardProcessor(processor, { guard });
  let stopping = false;
  const worker = new Worker(name, guarded, { ...workerOptions, connection, prefix });
  worker.on('error', (/** @type {unknown} */ error) => {
    if (!stopping) onError(error);
  });
  await worker.waitUntilReady();
  if (background.length > 0) await addBackground(new Queue(name, { connection, prefix }), background);
  return {
    port: 0,
    guard,
    async stop() {
      stopping = true;
      // Jobs of the background may never end.
      await worker.close(background.length > 0);
      await close?.();
    },
  };
}

/** @param {any} queue @param {readonly { name: string, data: unknown }[]} background */
async function addBackground(queue, background) {
  for (const { name, data } of background) await queue.add(name, data, { removeOnComplete: true });
  await queue.close();
}
