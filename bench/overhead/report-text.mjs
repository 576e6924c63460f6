/** What the bench prints. */
import { mapEstimate } from './statistics.mjs';

/** Goal of DESIGN.md section 5: CPU of a process with the guard over that of a bare one. */
const GOAL_SHARE = 0.01;

/**
 * What is measured, in words, and the goal of its isolated figure in microseconds per unit.
 *
 * @typedef {{ unit: string, program: string, guarded: string, through: string, goalMicros: number }} Words
 * @type {Words}
 */
export const REQUESTS = {
  unit: 'request',
  program: 'server',
  guarded: 'leakGuard',
  through: 'the router (no network)',
  goalMicros: 1.5,
};

/** The goal is 1 % of a job of 1 ms. @type {Words} */
export const JOBS = {
  unit: 'job',
  program: 'worker',
  guarded: 'GuardedWorker',
  through: "BullMQ's processJob (no Redis)",
  goalMicros: 10,
};

const percent = (share, digits = 1) => `${(100 * share).toFixed(digits)} %`;
const signed = (share) => `${share >= 0 ? '+' : ''}${percent(share)}`;

/** @param {import('./isolated.mjs').IsolatedResult} isolated @param {number} bareMicros CPU per unit of the real program @param {Words} words */
export function isolatedText({ cold, warm, bytes, blocks, starts }, bareMicros, words) {
  const { unit, program, through, goalMicros } = words;
  const line = (title, { value, low, high }) =>
    `  ${title.padEnd(34)} ${value.toFixed(2).padStart(6)} us  [${low.toFixed(2)} .. ${high.toFixed(2)}]` +
    `   ${percent(value / bareMicros, 2)} of the bare ${program}'s ${bareMicros.toFixed(0)} us per ${unit}`;
  return [
    `Isolated: CPU that one unit adds to a ${unit} through ${through}, ${blocks} blocks, ${starts} starts`,
    line('cold, listener and GC included', cold),
    line(`warm, one ${unit} at a time`, warm),
    `  heap per unit, left for the GC     ${bytes.toFixed(0).padStart(6)} B`,
    `  ${goalText(cold, goalMicros)}`,
  ].join('\n');
}

function goalText({ low, high }, goal, what = 'cold') {
  if (high <= goal) return `goal (${what} <= ${goal} us): met, all of the interval is below`;
  if (low > goal) return `goal (${what} <= ${goal} us): missed, all of the interval is above`;
  return `goal (${what} <= ${goal} us): open, the interval holds it`;
}

/** @param {Awaited<ReturnType<import('./ab.mjs').runAb>>} ab @param {Words} words */
export function abText({ rows, starts, unitsPerBurst, roundsPerStart }, words) {
  const { unit, program } = words;
  const head = `A/B: CPU of the ${program} process per ${unit} against the bare ${program}, ${starts} starts of ${roundsPerStart} rounds, ${unitsPerBurst} ${unit}s per burst`;
  const columns = `  ${'variant'.padEnd(30)} ${'starts'.padStart(6)} ${'bursts'.padStart(6)} ${`us/${unit}`.padStart(10)}   ratio   95 % interval`;
  return [head, columns, ...rows.map(rowText), '', claimText(rows, words)].join('\n');
}

function rowText({ title, starts, bursts, microsPerUnit, ratio }) {
  const left = `  ${title.padEnd(30)} ${String(starts).padStart(6)} ${String(bursts).padStart(6)} ${microsPerUnit.toFixed(1).padStart(10)}`;
  if (ratio === null) return `${left}   1`;
  return `${left}   ${ratio.value.toFixed(3)}   [${ratio.low.toFixed(3)} .. ${ratio.high.toFixed(3)}]`;
}

/** The farthest that two processes of one program can seem apart here. @param {import('./ab.mjs').AbRow[]} rows */
export function resolutionOf(rows) {
  const { low, high } = rows.find(({ variant }) => variant === 'again').ratio;
  return Math.max(Math.abs(low - 1), Math.abs(high - 1));
}

/** @param {import('./ab.mjs').AbRow[]} rows @param {Words} words */
function claimText(rows, { program, guarded }) {
  const resolution = resolutionOf(rows);
  const { value, low, high } = rows.find(({ variant }) => variant === 'leakguard').ratio;
  const told = `${guarded} ${signed(value - 1)} [${signed(low - 1)} .. ${signed(high - 1)}]`;
  const head = `Resolution: two bare ${program}s differ by up to ${percent(resolution)} here.`;
  if (resolution > GOAL_SHARE) {
    const above =
      low - 1 > resolution
        ? ` ${told} is above that: it costs more than the goal of ${percent(GOAL_SHARE, 0)}.`
        : '';
    return `${head} No claim below ${percent(resolution)}.${above}`;
  }
  const met =
    high - 1 <= GOAL_SHARE ? 'met' : low - 1 > GOAL_SHARE ? 'missed' : 'open, the interval holds it';
  return `${head} ${told}: goal of ${percent(GOAL_SHARE, 0)} ${met}.`;
}

/** @param {Awaited<ReturnType<import('./ab.mjs').runAb>>} ab of jobs without work */
export function emptyJobsText({ rows, starts }) {
  const bareMicros = rows.find(({ variant }) => variant === 'bare').microsPerUnit;
  const line = (/** @type {string} */ variant) => {
    const { title, ratio } = rows.find((row) => row.variant === variant);
    const micros = mapEstimate(ratio, (value) => (value - 1) * bareMicros);
    return `  ${title.padEnd(30)} ${micros.value.toFixed(1).padStart(6)} us  [${micros.low.toFixed(1)} .. ${micros.high.toFixed(1)}]`;
  };
  const { ratio } = rows.find(({ variant }) => variant === 'leakguard');
  const cost = mapEstimate(ratio, (value) => (value - 1) * bareMicros);
  return [
    `A/B of jobs without work: CPU per job more than the bare worker's ${bareMicros.toFixed(0)} us, ${starts} starts`,
    line('again'),
    line('leakguard'),
    `  ${goalText(cost, JOBS.goalMicros, '1 % of 1 ms')}`,
  ].join('\n');
}

/** @param {import('./sample-cost.mjs').SampleRow[]} samples */
export function sampleCostText(samples) {
  const line = ({ depth, intervalKb, micros }) =>
    `  ${`${depth} frames, each ${intervalKb} KB`.padEnd(24)} ${interval(micros, 2)} us`;
  return ['Isolated: CPU of taking one sample, without reading it', ...samples.map(line)].join('\n');
}

/** @param {import('./read-effect.mjs').EffectRow[]} effects */
export function readEffectText(effects) {
  const columns = effects[0].buckets.map(({ requests: [from, to] }) => `${from}..${to}`.padStart(20));
  const line = ({ action, times, cpuMs, pauseMs, extraMs, buckets }) => {
    const cells = buckets.map(({ ratio }) => interval(ratio, 2).padStart(20));
    const own = `${times.toString().padStart(5)} ${cpuMs.toFixed(1).padStart(8)} ${pauseMs.toFixed(1).padStart(9)}`;
    return `  ${action.padEnd(12)} ${own} ${interval(extraMs, 0).padStart(24)} ${cells.join('')}`;
  };
  return [
    'One read: its own CPU and pause (medians), CPU of the requests after it beyond that of a server that was not read, and CPU per request against that one by requests since',
    `  ${''.padEnd(12)} times   CPU ms  pause ms              extra CPU ms ${columns.join('')}`,
    ...effects.map(line),
  ].join('\n');
}

const interval = ({ value, low, high }, digits) =>
  `${value.toFixed(digits)} [${low.toFixed(digits)}..${high.toFixed(digits)}]`;
