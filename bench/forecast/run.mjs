/**
 * How good the forecast of the heap limit is, on generated runs with the parameters of parameters.json:
 * `node bench/forecast/run.mjs [seeds] [--tuning]`. Exit code 1 if a goal of parameters.json is missed.
 */
import { readFileSync } from 'node:fs';
import { forecastCrossing } from '../../packages/core/dist/decide/forecast.js';
import { FloorHistory } from '../../packages/core/dist/measure/floor-history.js';
import { oracleInterval } from './oracle.mjs';
import { lastHourOls } from './rivals.mjs';
import { simulateRun } from './simulate.mjs';

const parameters = JSON.parse(readFileSync(new URL('parameters.json', import.meta.url), 'utf8'));
const tuning = process.argv.includes('--tuning');
const seeds = Number(process.argv.slice(2).find((arg) => !arg.startsWith('-')) ?? parameters.reportSeeds);
const seed0 = tuning ? parameters.tuningSeed0 : parameters.reportSeed0;
const { confidence, goals } = parameters;

/** The product's own answer: natural floors, thinned and with block minimum as the guard does it. */
function ourInterval({ floors, limitBytes }, level) {
  const history = new FloorHistory();
  for (const { timeMs, value } of floors) history.push({ timeMs, value });
  const crossing = forecastCrossing(history.rows, limitBytes, floors.at(-1).timeMs, level);
  return crossing && { low: crossing.intervalMs[0], high: crossing.intervalMs[1], inMs: crossing.inMs };
}

const ESTIMATORS = {
  oracle: (run) => oracleInterval(run, confidence),
  leakguard: (run) => ourInterval(run, confidence),
  'leakguard at 95 %': (run) => ourInterval(run, 0.95),
  'OLS, last hour': (run) => lastHourOls(run, confidence),
};

const median = (list) => (list.length === 0 ? Number.NaN : list.sort((a, b) => a - b)[list.length >> 1]);
const percent = (part, whole) => (whole === 0 ? '-' : `${((100 * part) / whole).toFixed(1)} %`);
const missed = [];
const pooled = { given: 0, covered: 0, ratios: [] };

function cell(name, world) {
  const tallies = Object.keys(ESTIMATORS).map((estimator) => ({
    estimator,
    given: 0,
    covered: 0,
    ratios: [],
    errors: [],
  }));
  for (let i = 0; i < seeds; i++) {
    const run = simulateRun(parameters, world, seed0 + i);
    let oracleWidth = Number.NaN;
    for (const tally of tallies) {
      const interval = ESTIMATORS[tally.estimator](run);
      if (tally.estimator === 'oracle' && interval) oracleWidth = interval.high - interval.low;
      // No interval is one without an end.
      if (oracleWidth > 0)
        tally.ratios.push(interval ? (interval.high - interval.low) / oracleWidth : Number.POSITIVE_INFINITY);
      if (!interval) continue;
      tally.given += 1;
      if (interval.low <= run.inMs && run.inMs <= interval.high) tally.covered += 1;
      if (interval.inMs !== undefined) tally.errors.push(Math.abs(interval.inMs / run.inMs - 1));
    }
  }
  for (const { estimator, given, covered, ratios, errors } of tallies) {
    const ratio = median(ratios);
    console.log(
      `${(estimator === 'oracle' ? name : '').padEnd(22)} ${estimator.padEnd(18)} given ${percent(given, seeds).padStart(7)}` +
        `   holds the truth ${percent(covered, given).padStart(7)}   width / oracle's ${ratio.toFixed(2).padStart(8)}` +
        (errors.length > 0 ? `   median error ${(100 * median(errors)).toFixed(1)} %` : ''),
    );
    if (estimator !== 'leakguard') continue;
    pooled.given += given;
    pooled.covered += covered;
    pooled.ratios.push(...ratios);
    if (covered / given < goals.worldCoverage)
      missed.push(`coverage, ${name}: ${percent(covered, given)} (goal ${goals.worldCoverage})`);
  }
}

console.log(
  `forecast: ${100 * confidence} % intervals, ${seeds} ${tuning ? 'tuning' : 'held-out'} seeds a world from ${seed0}; Node ${process.version}\n`,
);
for (const [name, world] of Object.entries(parameters.worlds)) cell(name, world);
const pooledRatio = median(pooled.ratios);
console.log(
  `\nAll worlds: leakguard's intervals hold the truth in ${percent(pooled.covered, pooled.given)}, median width ${pooledRatio.toFixed(2)} of the oracle's`,
);
if (pooled.covered / pooled.given < goals.coverage) missed.push(`coverage of all (goal ${goals.coverage})`);
if (!(pooledRatio <= goals.widthRatio)) missed.push(`width of all (goal ${goals.widthRatio})`);
console.log(
  missed.length === 0
    ? '\nAll goals met.'
    : `\nGoals missed:\n${missed.map((line) => `  ${line}`).join('\n')}`,
);
process.exitCode = missed.length === 0 ? 0 : 1;
