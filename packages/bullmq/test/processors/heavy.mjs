import { note, wait } from './log.mjs';

/** Holds 64 MB before its first job. */
export const held = Buffer.alloc(64 * 1_048_576, 1);

export default async function work(job) {
  note('S', job);
  await wait(job.data.ms);
  note('E', job);
}
