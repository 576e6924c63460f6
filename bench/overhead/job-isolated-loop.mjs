/**
 * Child process: the CPU of one job through BullMQ's `processJob`, in a bare Worker and in a GuardedWorker. Both live in
 * this process and share BullMQ's code. The jobs are BullMQ's own, but they are taken from no queue, and their results go
 * nowhere: all that talks to Redis is left out, for it is the same on both sides and varies a hundred times as much.
 */
import { Job } from 'bullmq';
import { answerOnce, cpuMicros, evict, measureSides } from './isolated-sides.mjs';
import { JOB_NAMES } from './job-subject.mjs';
import { bareWorker, guardedWorker } from './job-variants.mjs';

/** A job whose end the loop decides on, and whose result is not written. */
class LoopJob extends Job {
  constructor(worker, at) {
    super(worker, JOB_NAMES[at % JOB_NAMES.length], { at }, { removeOnComplete: true }, String(at));
    this.work = new Promise((resolve) => {
      this.end = resolve;
    });
  }

  async moveToCompleted() {}
}

/** @returns {Promise<{ worker: any, token: string }>} a worker that asks for no jobs */
async function side(make, url, name) {
  const connection = { url, maxRetriesPerRequest: null };
  const worker = make(name, (job) => job.work, { connection, autorun: false });
  await worker.waitUntilReady();
  return { worker, token: `${name}-token` };
}

const isOver = () => false;

/** All of the burst in flight at once, caches evicted before each step: no job finds its own data or code warm. */
async function coldBurst({ worker, token }, size) {
  let micros = 0;
  evict();
  let start = cpuMicros();
  const jobs = Array.from({ length: size }, (_unused, at) => new LoopJob(worker, at));
  micros += cpuMicros() - start;
  evict();
  start = cpuMicros();
  const running = jobs.map((job) => worker.processJob(job, token, isOver));
  micros += cpuMicros() - start;
  evict();
  start = cpuMicros();
  for (const job of jobs) job.end();
  await Promise.all(running);
  return micros + cpuMicros() - start;
}

/** One job after the other. */
async function warmBurst({ worker, token }, size) {
  const start = cpuMicros();
  for (let at = 0; at < size; at += 1) {
    const job = new LoopJob(worker, at);
    const running = worker.processJob(job, token, isOver);
    job.end();
    await running;
  }
  return cpuMicros() - start;
}

/** @param {{ url: string, burstSize: number, pairsPerBlock: number, blocks: number, maxMs: number }} settings */
async function measure(settings) {
  const sides = {
    bare: await side(bareWorker, settings.url, 'bare'),
    guarded: await side(guardedWorker, settings.url, 'guarded'),
  };
  return measureSides(sides, { cold: coldBurst, warm: warmBurst }, settings);
}

await answerOnce(measure);
