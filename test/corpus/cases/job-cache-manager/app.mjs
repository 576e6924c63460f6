import { Queue, Worker } from 'bullmq';
import { createCache } from 'cache-manager';
import * as w from '../_shared/work.cjs';

export { Queue, Worker };

const cache = createCache({ ttl: 1000 });
const lookup = async (id) => ({
  id,
  score: w.total(w.rows(id, 10)),
  labels: w.rows(id, 4).map((x) => x.sku),
});
export const jobs = {
  'enrich-profile': async (job) =>
    (await cache.wrap(`profile:${job.data.n}`, () => lookup(job.data.n))).score,
  'send-mail': async (job) => w.html(w.rows(job.data.n, 30)).length,
  'resize-image': async (job) => w.buffer(65536, job.data.n).length,
  'build-report': async (job) => w.csv(w.rows(job.data.n, 80)).length,
  'index-document': async (job) => w.words(job.data.n, 200).split(' ').length,
  'sync-stock': async (job) => Object.keys(w.groupBy(w.rows(job.data.n, 60), 'qty')).length,
  'sign-url': async (job) => w.digest(`${job.data.n}`),
  'compress-log': async (job) => w.gzip(w.csv(w.rows(job.data.n, 40))).length,
};
export const workerOptions = { concurrency: 4 };
export const jobOptions = { removeOnComplete: true, removeOnFail: true };
