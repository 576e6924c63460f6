import { note } from './log.mjs';

/** Gives back as much as it got. */
export default async function payload(job) {
  note('S', job);
  note('E', job);
  return { text: job.data.text, length: job.data.text.length };
}
