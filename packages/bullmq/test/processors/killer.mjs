import { appendFileSync, readFileSync } from 'node:fs';
import { note, wait } from './log.mjs';

/** Kills its own isolate in the middle of the job, `deaths` times in all for each job. */
export default async function killer(job) {
  note('S', job);
  const begun = readFileSync(job.data.log, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith(`S ${job.id} `));
  if (begun.length <= (job.data.deaths ?? 0)) {
    if (job.data.how === 'exit') process.exit(3);
    if (job.data.how === 'throw')
      setTimeout(() => {
        throw new Error('nobody caught this');
      });
    if (job.data.how === 'memory') for (const kept = []; ; ) kept.push(new Array(10_000).fill(job.id));
    if (job.data.how === 'kill') process.kill(process.pid, 'SIGKILL');
    await wait(60_000);
  }
  appendFileSync(job.data.log, '');
  note('E', job);
  return job.id;
}
