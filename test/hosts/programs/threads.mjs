/**
 * The main thread and a worker thread of 256 MB leak at the same time, each under its own guard. Then a worker is
 * terminated in the midst of its work. No guard is closed. Prints what each of them reported.
 */
import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { getGuard } from '@leakguard/core';
import { leakJobs, summary } from './leaking-jobs.mjs';

const silent = { info() {}, warn() {}, error() {} };
const guard = getGuard({ level: 'prove', logger: silent });
const errors = [];
guard.on('error', ({ message }) => errors.push(message));

await (isMainThread ? main() : thread());

async function thread() {
  if (workerData === 'endless') {
    parentPort.postMessage('begun');
    for (;;) await leakJobs(guard, 'endless');
  }
  const report = await leakJobs(guard, 'in-thread');
  parentPort.postMessage({ ...summary(report), natural: await naturalGcs(), errors });
}

/** Allocates until V8 has collected of its own accord; gives how often it did. */
async function naturalGcs() {
  const ring = new Array(200_000);
  const seen = () => guard.report().evidence.majorGcs - guard.report().evidence.forcedGcs;
  for (let n = 0; seen() === 0; n += 1) {
    for (let k = 0; k < 20_000; k += 1) ring[(n * 20_000 + k * 7) % ring.length] = { k, text: `x${k}` };
    await setImmediate();
  }
  return seen();
}

async function main() {
  const file = new URL(import.meta.url);
  const resourceLimits = { maxOldGenerationSizeMb: 256 };
  const worker = new Worker(file, { workerData: 'leak', resourceLimits });
  const ended = once(worker, 'exit');
  const [[inThread], own] = await Promise.all([once(worker, 'message'), leakJobs(guard, 'in-main')]);
  const [exitCode] = await ended;

  const endless = new Worker(file, { workerData: 'endless' });
  await once(endless, 'message');
  await endless.terminate();
  const after = await guard.analyze();
  console.log(
    JSON.stringify({ main: { ...summary(own), errors }, thread: inThread, exitCode, after: summary(after) }),
  );
}
