/**
 * What the guard costs per request and per job, as DESIGN.md section 5 asks, beside what others cost:
 * `node bench/overhead/run.mjs [--framework express,koa,bullmq] [--rounds N] [--profiler] [--json]`. More rounds, finer
 * resolution: about 12 s per 16 rounds and framework, 30 s for jobs, which need a Redis: that of REDIS_URL, else one is
 * started. `--profiler` compares V8's sampling heap profiler instead.
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
const READ_EFFECT_MS = 180_000;
const ROUNDS_PER_READ_START = 32;
const SAMPLE_STARTS = 8;

const HELP = `npm run bench -- overhead [options]

  --framework LIST   of ${FRAMEWORKS.join(', ')}; all by default, with --profiler express and koa
  --rounds N         ${DEFAULT_ROUNDS} by default; more is finer and takes longer
  --profiler         what V8's sampling heap profiler costs, running and read, instead of the guard's units
  --json             figures for a program
`;

function options() {
  const { values } = parseArgs({
    options: {
      framework: { type: 'string' },
      rounds: { type: 'string' },
      profiler: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    process.exit();
  }
  const known = values.profiler ? FRAMEWORKS.filter((each) => each !== 'bullmq') : FRAMEWORKS;
  const frameworks = values.framework?.split(',') ?? known;
  const unknown = frameworks.find((each) => !known.includes(each));
  if (unknown !== undefined)
    throw new RangeError(`--framework must be of ${known.join(', ')}, got ${unknown}`);
  const rounds = Number(values.rounds ?? DEFAULT_ROUNDS);
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > MAX_ROUNDS) {
    throw new RangeError(`--rounds must be a whole number from 1 to ${MAX_ROUNDS}, got ${values.rounds}`);
  }
  return { frameworks, rounds, profiler: values.profiler, json: values.json };
}

const { frameworks, rounds, profiler, json } = options();
installBenchPackages();
// After the install: these import what it brings.
const { runAb } = await import('./ab.mjs');
const { runIsolated } = await import('./isolated.mjs');
const { abText, emptyJobsText, isolatedText, JOBS, readEffectText, REQUESTS, resolutionOf, sampleCostText } =
  await import('./report-text.mjs');

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

/** What the profiler costs a framework's server while it runs, and after it was read. @param {string} framework */
async function measureProfiler(framework) {
  const { serverSubject } = await import('./server-subject.mjs');
  const { profilerVariantsOf } = await import('./profiler-variants.mjs');
  const { runReadEffect } = await import('./read-effect.mjs');
  const onStart = (what) => (done, all) => note(`${framework}: ${what}: start ${done} of ${all}`);
  const subject = serverSubject(framework, profilerVariantsOf(framework));
  const ab = await runAb(subject, { rounds, maxMs: AB_MS * scale, onStart: onStart('A/B') });
  const effects = await runReadEffect(framework, {
    starts: Math.max(Math.ceil(rounds / ROUNDS_PER_READ_START), 3),
    maxMs: READ_EFFECT_MS * scale,
    onStart: onStart('reads'),
  });
  note('\r');
  return { ab, resolution: resolutionOf(ab.rows), effects };
}

async function measureSamples() {
  const { runSampleCost } = await import('./sample-cost.mjs');
  note('samples');
  return runSampleCost({ starts: SAMPLE_STARTS });
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

const samples = profiler ? await measureSamples() : null;
const results = {};
for (const framework of frameworks)
  results[framework] = await (profiler ? measureProfiler(framework) : measure(framework));

if (json) {
  console.log(JSON.stringify({ ...machine, ...(samples !== null && { samples }), ...results }, null, 2));
} else {
  const load = `load ${machine.loadBefore.toFixed(1)} before, ${loadavg()[0].toFixed(1)} after (its own included)`;
  console.log(`overhead: Node ${machine.node}, ${machine.cores} cores, ${load}`);
  if (samples !== null) console.log(`\n${sampleCostText(samples)}`);
  for (const [framework, { isolated, ab, empty, effects }] of Object.entries(results)) {
    if (effects !== undefined) {
      console.log(`\n${framework}\n\n${abText(ab, REQUESTS)}`);
      console.log(`\n${readEffectText(effects)}`);
      continue;
    }
    const bareMicros = ab.rows.find(({ variant }) => variant === 'bare').microsPerUnit;
    const words = framework === 'bullmq' ? JOBS : REQUESTS;
    console.log(`\n${framework}\n\n${isolatedText(isolated, bareMicros, words)}\n\n${abText(ab, words)}`);
    if (empty !== undefined) console.log(`\n${emptyJobsText(empty)}`);
  }
}
