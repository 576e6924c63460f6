// A worker of one variant, as a program of its own: it works off a queue that is already full, and says when it is done.
import { fileURLToPath } from 'node:url';
import { GuardedWorker } from '@leakguard/bullmq';
import { Worker } from 'bullmq';
import processJob from './processor.mjs';
import { VARIANTS } from './variants.mjs';

const PROCESSOR = fileURLToPath(new URL('processor.mjs', import.meta.url));
const [name, queue, url, concurrency] = process.argv.slice(2);
const variant = VARIANTS[/** @type {string} */ (name)];
const { hostname: host, port } = new URL(/** @type {string} */ (url));

const silent = { info() {}, warn() {}, error() {} };
const Kind = variant.guarded ? GuardedWorker : Worker;
const worker = new Kind(queue, variant.sandbox === null ? processJob : PROCESSOR, {
  connection: { host, port: Number(port) },
  concurrency: Number(concurrency),
  useWorkerThreads: variant.sandbox === 'thread',
  autorun: false,
  removeOnComplete: { count: 0 },
  removeOnFail: { count: 0 },
  ...(variant.guarded && { leakGuard: { logger: silent } }),
  ...(variant.maxJobs !== undefined && { maxJobsPerWorker: variant.maxJobs }),
});

let completed = 0;
let failed = 0;
let recycled = 0;
/** @type {{ at: number, tell: () => void }[]} */
let waiting = [];
worker.on('completed', () => {
  completed += 1;
  told();
});
worker.on('failed', () => {
  failed += 1;
  told();
});
worker.on('recycled', () => {
  recycled += 1;
});

function told() {
  for (const each of waiting) if (completed + failed >= each.at) each.tell();
  waiting = waiting.filter(({ at }) => completed + failed < at);
}

process.on('message', (message) => {
  if (message === 'run') void worker.run();
  else if (message === 'close') void worker.close().then(() => process.exit());
  else waiting.push({ at: Number(message), tell: () => process.send?.({ completed, failed, recycled }) });
});
await worker.waitUntilReady();
process.send?.('ready');
