import { Queue, Worker } from 'bullmq';
import * as w from '../_shared/work.cjs';

export { Queue, Worker };

const MOST_UNDELIVERED = 800;

/** Webhooks that were not taken: at most 800 (some 5 MB), the oldest makes room. */
const undelivered = new Map();

function keepUndelivered(id, payload) {
  undelivered.set(id, payload);
  if (undelivered.size > MOST_UNDELIVERED) undelivered.delete(undelivered.keys().next().value);
}

let stopFollowing = () => {};
const stopped = new Promise((resolve) => {
  stopFollowing = resolve;
});

export const jobs = {
  // Active as long as the worker lives.
  'follow-feed': () => stopped,
  'deliver-webhook': async (job) => {
    const payload = w.rows(job.data.n, 30);
    await w.sleep(1);
    if (job.data.n % 3 !== 0) return w.total(payload);
    keepUndelivered(job.data.n, payload);
    throw new Error('the receiver answered 503');
  },
  // Fails the first time, is done the second time: what its job held must go with it.
  'charge-card': async (job) => {
    const receipt = { ...job.data, lines: w.rows(job.data.n, 20) };
    if (job.data.n % 5 === 0 && job.attemptsMade === 0) throw new Error('try again');
    return w.digest(JSON.stringify(receipt));
  },
  // 1 to 2 MB that live for a moment, in the heap and outside of it.
  'render-video-thumbnail': async (job) => {
    const frames = Array.from({ length: 8 }, (_, at) => Buffer.alloc(200_000, at));
    await w.sleep(2);
    return Buffer.concat(frames).length + job.data.n;
  },
  'merge-catalogues': async (job) => {
    const merged = new Map(w.rows(job.data.n, 3_000).map((row) => [row.id, row]));
    await w.sleep(1);
    return merged.size;
  },
  'send-mail': async (job) => w.html(w.rows(job.data.n, 30)).length,
  'sync-stock': async (job) => Object.keys(w.groupBy(w.rows(job.data.n, 60), 'qty')).length,
};
export const workerOptions = { concurrency: 6 };
export const jobOptions = (name) => ({
  removeOnComplete: true,
  removeOnFail: true,
  ...(name === 'charge-card' && { attempts: 3, backoff: { type: 'fixed', delay: 20 } }),
});
export const background = [{ name: 'follow-feed', data: {} }];
export const close = () => stopFollowing();
