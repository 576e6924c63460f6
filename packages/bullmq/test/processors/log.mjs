/*
 * What the processors of the tests share: an execution log of job ids. Child processes and threads append to one file,
 * each line in one write, so that lines never mix.
 */
import { appendFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { threadId } from 'node:worker_threads';

export { wait };

/** `S 17 4242:0` when job 17 began in thread 0 of process 4242, `E` when it ended. */
export function note(what, job) {
  appendFileSync(job.data.log, `${what} ${job.id} ${process.pid}:${threadId}\n`);
}
