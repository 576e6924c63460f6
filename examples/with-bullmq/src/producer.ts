// Adds jobs of all kinds until Ctrl-C: `REDIS_URL=redis://127.0.0.1:6379 node dist/producer.js`, 50 a second or JOBS_PER_SECOND.
import { setTimeout as sleep } from 'node:timers/promises';
import { Queue } from 'bullmq';
import { QUEUE } from './app.ts';
import { connection } from './connection.ts';
import { planJobs } from './jobs.ts';

const queue = new Queue(QUEUE, { connection });
queue.on('error', (error) => console.error(error.message));

let running = true;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    running = false;
  });
}

const jobsPerSecond = Number(process.env.JOBS_PER_SECOND ?? 50);
const next = planJobs(Date.now());
let count = 0;
while (running) {
  await queue.addBulk(Array.from({ length: jobsPerSecond }, next));
  count += jobsPerSecond;
  console.log(`${count} jobs added, ${await queue.getWaitingCount()} wait`);
  await sleep(1000);
}
await queue.close();
