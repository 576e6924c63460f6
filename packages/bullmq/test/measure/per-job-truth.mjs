/*
 * Per-job truth: names that keep a known number of bytes per job, interleaved with heavy garbage, on a real Redis, and
 * what the report says of them. The built packages are used: `npm run build` first. By hand, longer than the gate's:
 *
 *   REDIS_URL=redis://127.0.0.1:6379 node packages/bullmq/test/measure/per-job-truth.mjs process 24000
 */
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { GuardedWorker } from '@leakguard/bullmq';
import { createGuard, formatReport } from '@leakguard/core';
import { Queue } from 'bullmq';
import { TRUTH, work } from '../processors/truth-app/work.mjs';

const MODES = ['process', 'thread', 'in-process'];
const CHUNK = 500;
const silent = { info() {}, warn() {}, error() {} };

/**
 * @param {{ host: string, port: number, mode: string, jobs: number, names: string[], life?: number, concurrency?: number,
 *   level?: string, seed?: number, ms?: number }} run
 */
async function perJobTruth(run) {
  const { host, port, mode, jobs, names, life, level = 'prove', seed = 1, ms = 0 } = run;
  const inProcess = mode === 'in-process';
  const connection = { host, port, maxRetriesPerRequest: null };
  const guard = createGuard({ enabled: true, level, logger: silent });
  const errors = [];
  guard.on('error', (error) => errors.push(error));
  const queue = new Queue(`truth-${randomUUID()}`, { connection });
  const processor = fileURLToPath(new URL('../processors/truth-app/processor.mjs', import.meta.url));
  const worker = new GuardedWorker(queue.name, inProcess ? work : processor, {
    connection,
    guard,
    concurrency: run.concurrency ?? (inProcess ? 8 : 1),
    useWorkerThreads: mode === 'thread',
    removeOnComplete: { count: 0 },
    drainDelay: 1,
    ...(life === undefined ? {} : { maxJobsPerWorker: life }),
  });
  worker.on('error', () => undefined);
  let failed = 0;
  let done = 0;
  const everNamed = new Map();
  const note = ({ scope, verdict }) => {
    const name = nameOf(scope);
    everNamed.set(name, [...(everNamed.get(name) ?? []), `${verdict} after ${done} jobs`]);
  };
  guard.on('growth', note);
  guard.on('leak', note);
  const finished = new Promise((resolve) => {
    const count = () => {
      done += 1;
      if (done === jobs) resolve();
    };
    worker.on('completed', count);
    worker.on('failed', () => {
      failed += 1;
      count();
    });
  });
  const random = seeded(seed);
  for (let n = 0; n < jobs; n += CHUNK) {
    const size = Math.min(CHUNK, jobs - n);
    const pick = () => names[Math.floor(random() * names.length)];
    await queue.addBulk(Array.from({ length: size }, (_, k) => ({ name: pick(), data: { n: n + k, ms } })));
  }
  await finished;
  await worker.close();
  if (inProcess) await guard.analyze();
  const report = guard.report();
  await guard.close();
  await queue.obliterate({ force: true });
  await queue.close();
  const rows = report.scopes.map((scope) => ({
    name: nameOf(scope.scope),
    truth: TRUTH[nameOf(scope.scope)],
    ...scope,
  }));
  return { rows, report, everNamed: [...everNamed], failed, errors };
}

function nameOf(scope) {
  return scope.slice(scope.indexOf(':') + 1);
}

function seeded(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

async function main() {
  const [mode = 'process', jobs = '6000', list = 'honest,small,medium,large', life, level] =
    process.argv.slice(2);
  if (!MODES.includes(mode)) throw new Error(`the mode is one of ${MODES.join(', ')}`);
  const { hostname, port } = new URL(process.env.REDIS_URL ?? 'redis://127.0.0.1:6379');
  const run = {
    host: hostname,
    port: Number(port || 6379),
    mode,
    jobs: Number(jobs),
    names: list.split(','),
  };
  if (life > 0) run.life = Number(life);
  if (level !== undefined) run.level = level;
  const startMs = performance.now();
  const { rows, report, everNamed, failed, errors } = await perJobTruth(run);
  if (process.env.TRUTH_JSON === '1') {
    console.log(JSON.stringify({ rows, failed, errors: errors.map(String) }));
    return;
  }
  console.log(
    `${mode}, ${jobs} jobs, ${Math.round((performance.now() - startMs) / 1000)} s, ${failed} failed`,
  );
  console.table(
    rows.map(({ name, units, verdict, truth, bytesPerUnit, ci95, signal, minDetectableBytes }) => ({
      name,
      units,
      verdict,
      truth,
      'bytes per job': bytesPerUnit === null ? null : Math.round(bytesPerUnit),
      '95 %': ci95 === null ? null : ci95.map(Math.round).join('..'),
      signal,
      'cannot see below': minDetectableBytes === null ? null : Math.round(minDetectableBytes),
    })),
  );
  for (const [name, said] of everNamed) console.log(`${name}: ${said.join(', ')}`);
  console.log(formatReport(report));
}

await main();
