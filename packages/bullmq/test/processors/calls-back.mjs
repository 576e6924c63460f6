import { note } from './log.mjs';

/** Uses everything that a job can ask of its parent from an isolate. */
export default async function callsBack(job, token) {
  note('S', job);
  if (job.data.delay && job.attemptsStarted === 1) {
    await job.moveToDelayed(Date.now() + 10, token);
    note('D', job);
    const error = new Error('delayed');
    error.name = 'DelayedError';
    throw error;
  }
  await job.updateProgress({ part: 1 });
  await job.log(`line of ${job.id}`);
  const children = await job.getChildrenValues();
  note('E', job);
  return { children: Object.values(children) };
}
