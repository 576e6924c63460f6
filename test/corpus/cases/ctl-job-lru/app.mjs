import { Queue, Worker } from 'bullmq';
import { LRUCache } from 'lru-cache';
import * as w from '../_shared/work.cjs';

export { Queue, Worker };

const seen = new LRUCache({ max: 1500 });
let batch = [];
export const jobs = {
  'enrich-profile': async (job) => {
    let p = seen.get(job.data.n);
    if (!p) {
      p = w.rows(job.data.n, 20);
      seen.set(job.data.n, p);
    }
    return p.length;
  },
  'collect-metric': async (job) => {
    batch.push(w.rows(job.data.n, 5));
    if (batch.length >= 500) {
      const b = batch;
      batch = [];
      return w.total(b.flat());
    }
    return 0;
  },
  'send-mail': async (job) => w.html(w.rows(job.data.n, 30)).length,
  'resize-image': async (job) => w.buffer(1 << 20, job.data.n).length,
  'build-report': async (job) => w.csv(w.rows(job.data.n, 80)).length,
  'sync-stock': async (job) => w.total(w.rows(job.data.n, 60)),
  'compress-log': async (job) => w.gzip(w.csv(w.rows(job.data.n, 40))).length,
};
export const workerOptions = { concurrency: 4 };
export const jobOptions = { removeOnComplete: true, removeOnFail: true };
