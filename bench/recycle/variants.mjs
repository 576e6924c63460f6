/**
 * What is compared: BullMQ's own Worker, and GuardedWorker without and with recycling, in process and in both kinds of sandbox.
 *
 * @typedef {{ title: string, guarded: boolean, sandbox: 'process' | 'thread' | null, maxJobs?: number, against?: string }} Variant
 *   `against`: the variant that it is compared with
 */

/** Jobs per isolate until it is recycled; what the goal is stated for. */
export const MAX_JOBS = 500;

/** @type {Record<string, Variant>} */
export const VARIANTS = {
  'in-process': { title: 'Worker, in process', guarded: false, sandbox: null },
  'guarded-in-process': {
    title: 'GuardedWorker, in process',
    guarded: true,
    sandbox: null,
    against: 'in-process',
  },
  ...sandboxed('process', 'child processes'),
  ...sandboxed('thread', 'threads'),
};

/** @param {'process' | 'thread'} sandbox @param {string} name @returns {Record<string, Variant>} */
function sandboxed(sandbox, name) {
  const bare = sandbox;
  return {
    [bare]: { title: `Worker, ${name}`, guarded: false, sandbox },
    [`${bare}-again`]: {
      title: `Worker, ${name}, again (the resolution)`,
      guarded: false,
      sandbox,
      against: bare,
    },
    [`guarded-${bare}`]: {
      title: `GuardedWorker, ${name}, no recycling`,
      guarded: true,
      sandbox,
      against: bare,
    },
    [`recycled-${bare}`]: {
      title: `GuardedWorker, ${name}, recycled at ${MAX_JOBS}`,
      guarded: true,
      sandbox,
      maxJobs: MAX_JOBS,
      against: bare,
    },
  };
}
