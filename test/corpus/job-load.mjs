import { QueueEvents } from 'bullmq';
import { importApp, scopeOf } from './cases.mjs';
import { createJobPlan } from './job-plan.mjs';
import { LoadProgress } from './load-progress.mjs';

/** The client adds jobs in bulk, up to the one when there are no more than the other: never drained, never a backlog. */
const MOST_OPEN = 64;
const FEWEST_OPEN = 32;
/** When no job finishes for so long, something hangs: it fails the run instead of blocking it for ever. */
const TIMEOUT_MS = 30_000;

/**
 * Where the jobs of a case go.
 *
 * @typedef {object} JobTarget
 * @property {string} queue
 * @property {string} prefix of this run's keys
 * @property {{ host: string, port: number, maxRetriesPerRequest: null }} connection
 */

/**
 * Starts a closed loop of jobs: 32 to 64 are waiting or active at any time. The client is one as in production: a `Queue`
 * of the case's own BullMQ, and the queue's events tell what became of its jobs.
 *
 * @param {Pick<import('./cases.mjs').CorpusCase, 'name' | 'framework'>} spec
 * @param {readonly import('./job-plan.mjs').JobLoad[]} jobs
 * @param {import('./load.mjs').LoadBounds & { target: JobTarget }} options
 * @returns {Promise<import('./load.mjs').Load>}
 */
export async function startJobLoad(spec, jobs, { target, seed, maxUnits, maxSeconds, seqFrom = 0 }) {
  const { Queue, jobOptions = {} } = await importApp(spec.name);
  const optionsOf = typeof jobOptions === 'function' ? jobOptions : () => jobOptions;
  const plan = createJobPlan(jobs, { seed, seqFrom });
  const deadline = performance.now() + maxSeconds * 1000;
  const progress = new LoadProgress();
  /** @type {Map<string, import('./job-plan.mjs').PlannedJob>} jobs that have not finished */
  const open = new Map();
  /** @type {Map<string, string | null>} finished before the answer that they were added, with what went wrong */
  const early = new Map();
  let added = 0;
  let stopped = false;
  let moved = () => {};

  const { connection, prefix } = target;
  const queue = new Queue(target.queue, { connection, prefix });
  const lastEventId = await lastEventOf(queue);
  const events = new QueueEvents(target.queue, { connection, prefix, lastEventId });
  for (const emitter of [queue, events]) {
    emitter.on('error', (/** @type {Error} */ error) => {
      if (!stopped) progress.fail(`the client of ${target.queue}: ${error.message}`);
    });
  }
  events.on('completed', ({ jobId }) => settle(jobId, null));
  events.on('failed', ({ jobId, failedReason }) => settle(jobId, failedReason));
  await events.waitUntilReady();

  /** @param {string} id @param {string | null} failure */
  function settle(id, failure) {
    const job = open.get(id);
    if (job === undefined) return void early.set(id, failure);
    open.delete(id);
    if (failure !== null && !job.mayFail) progress.fail(`${scopeOf(spec, job.name)}: ${failure}`);
    progress.finished();
    moved();
  }

  /** @param {number} count */
  async function add(count) {
    added += count;
    const planned = Array.from({ length: count }, () => plan.next());
    const jobs = await queue.addBulk(
      planned.map(({ name, data }) => ({ name, data, opts: optionsOf(name) })),
    );
    for (const [index, { id }] of jobs.entries()) {
      open.set(id, /** @type {import('./job-plan.mjs').PlannedJob} */ (planned[index]));
      const failure = early.get(id);
      if (failure === undefined) continue;
      early.delete(id);
      settle(id, failure);
    }
  }

  const run = async () => {
    try {
      while (!stopped && added < maxUnits && performance.now() < deadline) {
        if (open.size <= FEWEST_OPEN) await add(Math.min(MOST_OPEN - open.size, maxUnits - added));
        else await oneMore();
      }
      while (open.size > 0) await oneMore();
    } catch (error) {
      progress.fail(/** @type {Error} */ (error).message);
    } finally {
      progress.end();
    }
  };

  /** The next job that finishes. */
  async function oneMore() {
    /** @type {NodeJS.Timeout | undefined} */
    let timer;
    await new Promise((resolve, reject) => {
      moved = () => resolve(undefined);
      timer = setTimeout(() => reject(new Error(`no job finished within ${TIMEOUT_MS} ms`)), TIMEOUT_MS);
    }).finally(() => clearTimeout(timer));
  }

  const running = run();
  /** @type {Promise<void> | undefined} */
  let closing;
  const close = async () => {
    await running;
    stopped = true;
    await Promise.all([queue.close(), events.close()]);
  };
  return {
    done: () => progress.done,
    errors: () => progress.errors,
    messages: progress.messages,
    held: () => 0,
    reached: (units) => progress.reached(units),
    stop() {
      stopped = true;
      closing ??= close();
      return closing;
    },
  };
}

/**
 * The id of the newest event in the queue's stream: a client that read from "now" would miss what happens until it does.
 *
 * @param {any} queue
 * @returns {Promise<string>}
 */
async function lastEventOf(queue) {
  const client = await queue.client;
  const [newest] = await client.xrevrange(queue.toKey('events'), '+', '-', 'COUNT', 1);
  return newest?.[0] ?? '0-0';
}
