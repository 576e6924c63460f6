import { note, wait } from './log.mjs';

/** Works for `ms` and gives its id back. */
export default async function work(job) {
  note('S', job);
  if (job.data.ms > 0) await wait(job.data.ms);
  note('E', job);
  return job.id;
}
