import { EventEmitter } from 'node:events';
import { Queue, Worker } from 'bullmq';
import * as w from '../_shared/work.cjs';

export { Queue, Worker };

/** Exchange rates of the whole worker. Each invoice subscribes to them while it is computed, and never unsubscribes. */
const rates = new EventEmitter().setMaxListeners(0);

export const jobs = {
  'compute-invoice': async (job) => {
    const lines = w.rows(job.data.n, 8);
    let total = w.total(lines);
    rates.on('change', (rate) => {
      total = rate * w.total(lines);
    });
    await w.sleep(1);
    return total;
  },
  'convert-quote': async (job) => {
    const lines = w.rows(job.data.n, 12);
    const recompute = () => w.total(lines);
    rates.on('change', recompute); // the same shape, taken off again
    await w.sleep(1);
    rates.off('change', recompute);
    return lines.length;
  },
  'render-statement': async (job) => w.html(w.rows(job.data.n, 60)).length,
  'export-ledger': async (job) => w.gzip(w.csv(w.rows(job.data.n, 50))).length,
  'scan-receipt': async (job) => w.buffer(200_000, job.data.n).length,
  'index-customer': async (job) => w.words(job.data.n, 200).split(' ').length,
  'sign-document': async (job) => w.digest(`${job.data.n} ${job.data.text}`),
};
export const workerOptions = { concurrency: 8 };
export const jobOptions = { removeOnComplete: true, removeOnFail: true };
export const close = () => rates.removeAllListeners();
