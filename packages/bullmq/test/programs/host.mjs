/*
 * A program with one guarded worker that closes it on SIGTERM and SIGINT, as apps do. It runs the built package:
 * `npm run build -w packages/bullmq` first. Its argument is JSON: { major, queue, port, processor, options }.
 */
import { createRequire } from 'node:module';
import { guardedWorkerOf } from '../../dist/guarded-worker-of.js';

const require = createRequire(import.meta.url);
const { major, queue, port, processor, options } = JSON.parse(process.argv[2]);
const GuardedWorker = guardedWorkerOf(require(`bullmq${major}`));
const connection = { host: '127.0.0.1', port, maxRetriesPerRequest: null };
const tell = (message) => process.connected && process.send(message);

const inProcess = async (job) => {
  const { note, wait } = await import('../processors/log.mjs');
  note('S', job);
  await wait(job.data.ms);
  note('E', job);
};
const worker = new GuardedWorker(queue, processor ?? inProcess, { connection, drainDelay: 1, ...options });
worker.on('error', () => {});
worker.on('recycled', (event) => tell({ recycled: event }));
worker.waitUntilReady().then(
  () => tell({ ready: true }),
  () => {},
);
for (const signal of ['SIGTERM', 'SIGINT']) {
  process.on(signal, () => {
    tell({ signal });
    void worker.close().then(() => process.exit(0));
  });
}
process.on('disconnect', () => {});
