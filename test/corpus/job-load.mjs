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
export async function startJobLoad(spec, jobs, { target, ...bounds }) {
  const { Queue, jobOptions = {} } = await importApp(spec.name);
  const { connection, prefix } = target;
  const queue = new Queue(target.queue, { connection, prefix });
  const lastEventId = await lastEventOf(queue);
  const events = new QueueEvents(target.queue, { connection, prefix, lastEventId });
  const load = new JobLoop(queue, events, {
    plan: createJobPlan(jobs, bounds),
    optionsOf: typeof jobOptions === 'function' ? jobOptions : () => jobOptions,
    scopeOf: (name) => scopeOf(spec, name),
  });
  await events.waitUntilReady();
  const running = load.run(bounds);
  /** @type {Promise<void> | undefined} */
  let closing;
  const close = async () => {
    load.stop();
    await running;
    await Promise.all([queue.close(), events.close()]);
  };
  const { progress } = load;
  return {
    done: () => progress.done,
    errors: () => progress.errors,
    messages: progress.messages,
    held: () => 0,
    reached: (units) => progress.reached(units),
    stop() {
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

/**
 * What of a case the loop needs.
 *
 * @typedef {object} LoopJobs
 * @property {{ next(): import('./job-plan.mjs').PlannedJob }} plan
 * @property {(name: string) => object} optionsOf
 * @property {(name: string) => string} scopeOf
 */

/** Adds jobs as others finish. */
class JobLoop {
  progress = new LoadProgress();
  #queue;
  #jobs;
  /** @type {Map<string, import('./job-plan.mjs').PlannedJob>} jobs that have not finished */
  #open = new Map();
  /** @type {Map<string, string | null>} finished before the answer that they were added, with what went wrong */
  #early = new Map();
  #added = 0;
  #isStopped = false;
  #moved = () => {};

  /** @param {any} queue @param {QueueEvents} events @param {LoopJobs} jobs */
  constructor(queue, events, jobs) {
    this.#queue = queue;
    this.#jobs = jobs;
    events.on('completed', ({ jobId }) => this.#finished(jobId, null));
    events.on('failed', ({ jobId, failedReason }) => this.#finished(jobId, failedReason));
    for (const emitter of [queue, events]) {
      emitter.on('error', (/** @type {Error} */ error) => {
        if (!this.#isStopped) this.progress.fail(`the client of the queue: ${error.message}`);
      });
    }
  }

  /** Adds nothing more. */
  stop() {
    this.#isStopped = true;
  }

  /** Never rejects. @param {Pick<import('./load.mjs').LoadBounds, 'maxUnits' | 'maxSeconds'>} bounds */
  async run({ maxUnits, maxSeconds }) {
    const deadline = performance.now() + maxSeconds * 1000;
    try {
      while (!this.#isStopped && this.#added < maxUnits && performance.now() < deadline) {
        const { size } = this.#open;
        if (size > FEWEST_OPEN) await this.#nextFinished();
        else await this.#add(Math.min(MOST_OPEN - size, maxUnits - this.#added));
      }
      while (this.#open.size > 0) await this.#nextFinished();
    } catch (error) {
      this.progress.fail(/** @type {Error} */ (error).message);
    } finally {
      this.progress.end();
    }
  }

  /** @param {number} count */
  async #add(count) {
    const { plan, optionsOf } = this.#jobs;
    const planned = Array.from({ length: count }, () => plan.next());
    this.#added += count;
    const added = await this.#queue.addBulk(
      planned.map(({ name, data }) => ({ name, data, opts: optionsOf(name) })),
    );
    for (const [index, job] of planned.entries()) this.#opened(added[index].id, job);
  }

  /** @param {string} id @param {import('./job-plan.mjs').PlannedJob} job */
  #opened(id, job) {
    this.#open.set(id, job);
    const failure = this.#early.get(id);
    if (failure === undefined) return;
    this.#early.delete(id);
    this.#finished(id, failure);
  }

  /** @param {string} id @param {string | null} failure */
  #finished(id, failure) {
    const job = this.#open.get(id);
    if (job === undefined) return void this.#early.set(id, failure);
    this.#open.delete(id);
    if (failure !== null && !job.mayFail) {
      this.progress.fail(`${this.#jobs.scopeOf(job.name)}: ${failure}`);
    }
    this.progress.finished();
    this.#moved();
  }

  async #nextFinished() {
    /** @type {NodeJS.Timeout | undefined} */
    let timer;
    const finished = new Promise((resolve, reject) => {
      this.#moved = () => resolve(undefined);
      timer = setTimeout(() => reject(new Error(`no job finished within ${TIMEOUT_MS} ms`)), TIMEOUT_MS);
    });
    await finished.finally(() => clearTimeout(timer));
  }
}
