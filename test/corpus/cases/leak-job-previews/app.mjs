import { Queue, Worker } from 'bullmq';
import * as w from '../_shared/work.cjs';

export { Queue, Worker };

/** Previews by document and version: the old version is never dropped, and lies outside of the heap. */
const previews = new Map();

export const jobs = {
  'render-preview': async (job) => {
    const preview = Buffer.alloc(12_288, job.data.version & 255);
    await w.sleep(1);
    previews.set(`${job.data.document}@${job.data.version}`, preview);
    return preview.length;
  },
  'extract-text': async (job) => w.words(job.data.document, 300).length,
  'scan-attachment': async (job) => w.digest(Buffer.alloc(65_536, job.data.document & 255)),
  'compress-original': async (job) => w.gzip(w.csv(w.rows(job.data.document, 50))).length,
  'build-index': async (job) => Object.keys(w.groupBy(w.rows(job.data.document, 80), 'qty')).length,
  'notify-readers': async (job) => w.html(w.rows(job.data.document, 25)).length,
};
export const workerOptions = { concurrency: 4 };
export const jobOptions = { removeOnComplete: true, removeOnFail: true };
export const close = () => previews.clear();
