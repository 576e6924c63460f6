import { Queue } from 'bullmq';
import { JOB_VARIANTS } from './job-variants.mjs';
import { blocksFor } from './job-work.mjs';
import { MeasuredProcess } from './measured-process.mjs';

const SCRIPT = new URL('job-worker.mjs', import.meta.url);
/** What a job costs by itself: the figure of the goal. */
const JOB_MICROS = 1000;
export const JOB_NAMES = ['send-mail', 'sync-stock', 'charge-card', 'resize-image', 'index-document'];
const JOBS_PER_BURST = 128;
/** As much CPU as the others, about. */
const EMPTY_JOBS_PER_BURST = 512;
/** Jobs without work, until V8 has compiled what it will compile. */
const WARM_UP_JOBS = 4096;

let queues = 0;

/** Workers of BullMQ on a real Redis, jobs of 1 ms. @param {string} url @returns {import('./ab.mjs').AbSubject} */
export function jobSubject(url) {
  const blocks = blocksFor(JOB_MICROS);
  return {
    variants: JOB_VARIANTS,
    unitsPerBurst: JOBS_PER_BURST,
    start: (variant) => startWorker(variant, url, blocks),
  };
}

/**
 * The same with jobs that do nothing: what the guard adds is the same, and what it is lost in is a twentieth.
 *
 * @param {string} url
 * @returns {import('./ab.mjs').AbSubject}
 */
export function emptyJobSubject(url) {
  const { naive: _left, ...variants } = JOB_VARIANTS;
  return { variants, unitsPerBurst: EMPTY_JOBS_PER_BURST, start: (variant) => startWorker(variant, url, 0) };
}

/** One start of one variant: its process, and the client of its queue. */
async function startWorker(variant, url, blocks) {
  queues += 1;
  const name = `leakguard-bench-${process.pid}-${queues}`;
  const { measured } = await MeasuredProcess.start(SCRIPT, [variant, url, name]);
  const queue = new Queue(name, { connection: { url } });
  const finish = async (/** @type {number} */ jobs, /** @type {number} */ blocksPerJob) => {
    await measured.ask({ jobs });
    const done = measured.message();
    const opts = { removeOnComplete: true };
    const bulk = Array.from({ length: jobs }, (_unused, at) => {
      return { name: JOB_NAMES[at % JOB_NAMES.length], data: { at, blocks: blocksPerJob }, opts };
    });
    await Promise.all([queue.addBulk(bulk), done]);
  };
  return {
    warmUp: () => finish(WARM_UP_JOBS, 0),
    async burst(jobs) {
      const before = await measured.cpuMicros();
      await finish(jobs, blocks);
      return ((await measured.cpuMicros()) - before) / jobs;
    },
    async stop() {
      await measured.stop();
      await queue.close();
    },
  };
}
