import { existsSync } from 'node:fs';
import { note, wait } from './log.mjs';

/** Loads only while the file of LEAKGUARD_TEST_MARKER is there. */
if (!existsSync(process.env.LEAKGUARD_TEST_MARKER)) process.exit(9);

export default async function work(job) {
  note('S', job);
  await wait(job.data.ms ?? 0);
  note('E', job);
}
