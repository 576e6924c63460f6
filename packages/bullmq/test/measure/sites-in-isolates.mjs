/*
 * A leak in sandboxed jobs on a real Redis, and what the report says of who allocated what stays; see
 * `sites-in-isolates.test.ts`. The built packages are used: `npm run build` first.
 */
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { GuardedWorker } from '@leakguard/bullmq';
import { createGuard } from '@leakguard/core';
import { Queue } from 'bullmq';

const silent = { info() {}, warn() {}, error() {} };
const [mode, jobs, life, level, profiler] = process.argv.slice(2);
const { hostname, port } = new URL(process.env.REDIS_URL);
const connection = { host: hostname, port: Number(port), maxRetriesPerRequest: null };

const guard = createGuard({
  enabled: true,
  level,
  logger: silent,
  profiler: profiler === 'off' ? false : 'auto',
});
const errors = [];
guard.on('error', (error) => errors.push(String(error)));
const queue = new Queue(`sites-${randomUUID()}`, { connection });
const processor = fileURLToPath(new URL('../processors/app/orders.mjs', import.meta.url));
const worker = new GuardedWorker(queue.name, processor, {
  connection,
  guard,
  useWorkerThreads: mode === 'thread',
  removeOnComplete: { count: 0 },
  drainDelay: 1,
  maxJobsPerWorker: Number(life),
});
worker.on('error', () => undefined);
let [done, failed] = [0, 0];
const finished = new Promise((resolve) => {
  const count = () => {
    done += 1;
    if (done === Number(jobs)) resolve();
  };
  worker.on('completed', count);
  worker.on('failed', () => {
    failed += 1;
    count();
  });
});
const names = Array.from({ length: Number(jobs) }, (_, n) => (isMixed(n) ? 'import' : 'look'));
await queue.addBulk(names.map((name) => ({ name, data: {} })));
await finished;
await worker.close();
const { scopes } = guard.report();
await guard.close();
await queue.obliterate({ force: true });
await queue.close();
console.log(JSON.stringify({ scopes, failed, errors }));

/** By chance, as names are told apart by how much of each lies between two floors; the same in every run. */
function isMixed(n) {
  return Math.imul(n + 1, 2_654_435_761) >>> 31 === 1;
}
