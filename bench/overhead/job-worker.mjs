/**
 * Child process: one worker of the variant in argv[2], on the Redis and the queue in argv[3] and argv[4]. Tells when the
 * number of jobs that it was told is done, and its CPU whenever it is asked.
 */
import { JOB_VARIANTS } from './job-variants.mjs';
import { work } from './job-work.mjs';
import { answerParent } from './measured-process.mjs';

const CONCURRENCY = 8;

const [variant, url, queue] = process.argv.slice(2);
const processor = async (/** @type {import('bullmq').Job} */ job) => work(job.data.blocks);
const connection = { url, maxRetriesPerRequest: null };
const worker = JOB_VARIANTS[variant].worker(queue, processor, { connection, concurrency: CONCURRENCY });
let left = 0;
worker.on('completed', () => {
  left -= 1;
  if (left === 0) process.send('done');
});
worker.on('failed', (_job, error) => {
  throw error;
});
worker.on('error', (error) => {
  throw error;
});
answerParent(({ jobs }) => {
  left = jobs;
  process.send('counting');
});
await worker.waitUntilReady();
process.send('ready');
