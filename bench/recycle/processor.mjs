import { work } from '../overhead/job-work.mjs';

/** What jobs leave behind, if they are told to. @type {object[]} */
const kept = [];

/**
 * In a sandbox and in process alike: some CPU, and `leakObjects` small objects that stay.
 *
 * @param {import('bullmq').Job} job
 */
export default async function processJob(job) {
  const { blocks, leakObjects = 0 } = job.data;
  for (let n = 0; n < leakObjects; n++) kept.push({ n, job: job.id });
  return work(blocks).length;
}
