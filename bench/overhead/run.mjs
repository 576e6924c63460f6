/**
 * What the guard costs per request and per job, as DESIGN.md section 5 asks, beside what others cost:
 * `node bench/overhead/run.mjs [--framework express,koa,bullmq] [--rounds N] [--json]`. More rounds, finer resolution:
 * about 12 s per 16 rounds and framework, 30 s for jobs, which need a Redis: that of REDIS_URL, else one is started.
 */
import { availableParallelism, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { installBenchPackages } from '../install.mjs';

const FRAMEWORKS = ['express', 'koa', 'bullmq'];
const DEFAULT_ROUNDS = 256;
const MAX_ROUNDS = 10_000;
/** Bounds of the default run; more rounds get as much more time. */
const ISOLATED_MS = 60_000;
const AB_MS = 180_000;

function options() {
  const { values } = parseArgs({
    options: {
      framework: { type: 'string', default: FRAMEWORKS.join(',') },
      rounds: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const frameworks = values.framework.split(',');
  const unknown = frameworks.find((each) => !FRAMEWORKS.includes(each));
  if (unknown !== undefined)
    throw new RangeError(`--framework must be of ${FRAMEWORKS.join(', ')}, got ${unknown}`);
  const rounds = Number(values.rounds ?? DEFAULT_ROUNDS);
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > MAX_ROUNDS) {
    throw new RangeError(`--rounds must be a whole number from 1 to ${MAX_ROUNDS}, got ${values.rounds}`);
  }
  return { frameworks, rounds, json: values.json };
}

const { frameworks, rounds, json } = options();
installBenchPackages();
// After the install: these import what it brings.
const { runAb } = await import('./ab.mjs');
const { runIsolated } = await import('./isolated.mjs');
const { abText, emptyJobsText, isolatedText, JOBS, REQUESTS, resolutionOf } = await import(
  './report-text.mjs'
);

/** What of a framework is measured, and by what; `stop` when that is done. */
async function subjectOf(framework) {
  if (framework !== 'bullmq') {
    const { serverSubject } = await import('./server-subject.mjs');
    const loop = { script: new URL('isolated-loop.mjs', import.meta.url), settings: { framework } };
    return { loop, ab: serverSubject(framework), stop: async () => {} };
  }
  const { startRedis } = await import('@leakguard/test-utils/redis-server');
  const { emptyJobSubject, jobSubject } = await import('./job-subject.mjs');
  const { url, stop } = await startRedis();
  const loop = { script: new URL('job-isolated-loop.mjs', import.meta.url), settings: { url } };
  return { loop, ab: jobSubject(url), empty: emptyJobSubject(url), stop };
}

/** @param {string} framework */
async function measure(framework) {
  const subject = await subjectOf(framework);
  try {
    note(`${framework}: isolated`);
    const isolated = await runIsolated(subject.loop, {
      blocks: Math.round(160 * scale),
      maxMs: ISOLATED_MS * scale,
    });
    const ab = await runAb(subject.ab, {
      rounds,
      maxMs: AB_MS * scale,
      onStart: (done, all) => note(`${framework}: A/B: start ${done} of ${all}`),
    });
    if (subject.empty === undefined) return { isolated, ab, resolution: resolutionOf(ab.rows) };
    note(`${framework}: A/B of jobs without work`);
    const empty = await runAb(subject.empty, { rounds, maxMs: (AB_MS * scale) / 2 });
    return { isolated, ab, resolution: resolutionOf(ab.rows), empty };
  } finally {
    note('\r');
    await subject.stop();
  }
}

const scale = Math.max(rounds / DEFAULT_ROUNDS, 1);
const note = (text) => process.stderr.isTTY && process.stderr.write(`\r${text}   `);
const machine = { node: process.version, cores: availableParallelism(), loadBefore: loadavg()[0] };

const results = {};
for (const framework of frameworks) results[framework] = await measure(framework);

if (json) {
  console.log(JSON.stringify({ ...machine, ...results }, null, 2));
} else {
  const load = `load ${machine.loadBefore.toFixed(1)} before, ${loadavg()[0].toFixed(1)} after (its own included)`;
  console.log(`overhead: Node ${machine.node}, ${machine.cores} cores, ${load}`);
  for (const [framework, { isolated, ab, empty }] of Object.entries(results)) {
    const bareMicros = ab.rows.find(({ variant }) => variant === 'bare').microsPerUnit;
    const words = framework === 'bullmq' ? JOBS : REQUESTS;
    console.log(`\n${framework}\n\n${isolatedText(isolated, bareMicros, words)}\n\n${abText(ab, words)}`);
    if (empty !== undefined) console.log(`\n${emptyJobsText(empty)}`);
  }
}
