import { note, wait } from './log.mjs';

const kept = [];

/** Keeps `mb` megabytes of Buffers, and makes as much garbage. */
export default async function leak(job) {
  note('S', job);
  kept.push(Buffer.alloc(job.data.mb * 1_048_576, 1));
  Buffer.alloc(job.data.mb * 1_048_576, 1);
  await wait(job.data.ms ?? 0);
  note('E', job);
}
