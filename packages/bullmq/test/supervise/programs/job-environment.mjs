/** What a worker program of the tests is told by its environment, and its execution log. */
import { appendFileSync } from 'node:fs';

export const { QUEUE, REDIS_PORT, MAX_JOBS = '30', JOB_MS = '5', CONCURRENCY = '4' } = process.env;

/** A line of the log: what happened to which job, in which process, and when. */
export function note(what, id = '-') {
  const at = performance.timeOrigin + performance.now();
  appendFileSync(process.env.LOG, `${what} ${id} ${process.pid} ${at}\n`);
}
