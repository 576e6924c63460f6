// The worker process: `REDIS_URL=redis://127.0.0.1:6379 node dist/worker.js`. MAX_JOBS_PER_WORKER=0 turns recycling off.
import { startWorker } from './app.ts';
import { connection } from './connection.ts';

const worker = startWorker({
  connection,
  maxJobsPerWorker: Number(process.env.MAX_JOBS_PER_WORKER ?? 500),
});
worker.on('failed', (job, error) => console.error(`${job?.name} ${job?.id}: ${error.message}`));
worker.on('error', (error) => console.error(error.message));

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void worker.close());
