import { appendFileSync } from 'node:fs';
import { threadId } from 'node:worker_threads';
import { note, wait } from './log.mjs';

/** Says that it loads, and takes its time. */
appendFileSync(process.env.LEAKGUARD_TEST_MARKER, `${process.pid}:${threadId}\n`);
await wait(Number(process.env.LEAKGUARD_TEST_LOAD_MS));

export default async function work(job) {
  note('S', job);
  await wait(job.data.ms ?? 0);
  note('E', job);
}
