/**
 * What is found of several leaks at once, and whom that accuses falsely, on generated runs with the parameters of
 * parameters.json: `node bench/several-leaks/run.mjs [seeds]`. Beside it what the same rows give when growth has one
 * source only, and plain OLS. Exit code 1 if false `leaking` exceeds its goal.
 */
import { readFileSync } from 'node:fs';
import { GrowthSearch } from '../../packages/core/dist/decide/growth-search.js';
import { growthThresholds } from '../../packages/core/dist/decide/thresholds.js';
import { FIRST_SCOPE, sourceAmounts } from '../../packages/core/dist/measure/floor.js';
import { plainOls } from '../detection/rivals.mjs';
import { runTracker } from '../detection/run-tracker.mjs';
import { simulateRun } from '../detection/simulate.mjs';

const read = (path) => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
const parameters = read('parameters.json');
const simulation = { ...read('../detection/parameters.json'), majorGcs: parameters.majorGcs };
const seeds = Number(process.argv[2] ?? parameters.reportSeeds);
const WARM_UP_UNITS = 3000;
const missed = [];

/** Runs the product's own search over generated rows: growths at the end, and every route that was ever `leaking`. */
function runSearch(rows) {
  const thresholds = { minBytesPerUnit: 128, minTotalBytes: 1 << 20, heapLimitBytes: 2 ** 31, prove: true };
  const search = new GrowthSearch(['oldSpace'], growthThresholds(thresholds));
  const leaking = new Set();
  for (const { units, timeMs, heapBytes, inFlight } of rows) {
    const totalUnits = units.reduce((a, b) => a + b, 0);
    if (totalUnits < WARM_UP_UNITS) continue;
    const sources = sourceAmounts({ units, totalUnits, inFlight }, timeMs);
    search.push('oldSpace', { value: heapBytes, sources, inFlight, totalUnits, timeMs });
    search.settle();
    for (const { source, verdict } of search.growths())
      if (verdict === 'leaking') leaking.add(source - FIRST_SCOPE);
  }
  const growths = search.growths().map(({ source, estimate }) => ({ route: source - FIRST_SCOPE, estimate }));
  return { growths, leaking };
}

const median = (list) => list.sort((a, b) => a - b)[list.length >> 1];
const percent = (value) => (value === undefined ? '-' : `${(100 * value).toFixed(1)} %`);
const covers = ({ ci95 }, bytes) => ci95[0] <= bytes && bytes <= ci95[1];

function cell(world, name, leaks) {
  const spec = simulation.worlds[world];
  const truth = new Map(leaks.map(({ route, bytes }) => [route, bytes]));
  // The filling store is no leak, but it does grow: naming it is no false accusation.
  const innocent = (route) => route >= 0 && !truth.has(route) && route !== spec.store?.route;
  const t = {
    found: 0,
    all: 0,
    leaking: 0,
    falseNamed: 0,
    falseLeaking: 0,
    sized: 0,
    covered: 0,
    single: 0,
    olsFalse: 0,
  };
  const errors = [];
  const singleErrors = [];
  for (let i = 0; i < seeds; i++) {
    const rows = simulateRun(simulation, spec, null, parameters.reportSeed0 + i);
    for (const row of rows) for (const { route, bytes } of leaks) row.heapBytes += bytes * row.units[route];
    const { growths, leaking } = runSearch(rows);
    const named = growths.filter(({ route }) => truth.has(route));
    t.found += named.length;
    if (named.length === leaks.length) t.all += 1;
    if (leaks.length > 0 && leaks.every(({ route }) => leaking.has(route))) t.leaking += 1;
    if (growths.some(({ route }) => innocent(route))) t.falseNamed += 1;
    if ([...leaking].some(innocent)) t.falseLeaking += 1;
    for (const { route, estimate } of named) {
      t.sized += 1;
      errors.push(Math.abs(estimate.bytesPerUnit / truth.get(route) - 1));
      if (covers(estimate, truth.get(route))) t.covered += 1;
    }
    const single = runTracker(rows).last;
    if (truth.has(single?.source))
      singleErrors.push(Math.abs(single.estimate.bytesPerUnit / truth.get(single.source) - 1));
    if (plainOls(rows).accused.some(innocent)) t.olsFalse += 1;
  }
  if (t.falseLeaking > parameters.falseLeakingGoal * seeds)
    missed.push(`${world}, ${name}: ${t.falseLeaking} falsely leaking`);
  const leaked = leaks.length * seeds;
  console.log(
    `  ${name.padEnd(27)} found ${leaked ? `${t.found}/${leaked}` : '-'}  all ${leaked ? `${t.all}/${seeds}` : '-'}  all leaking ${leaked ? t.leaking : '-'}` +
      `  falsely named ${t.falseNamed}, leaking ${t.falseLeaking}` +
      `  interval ${t.sized ? percent(t.covered / t.sized) : '-'}  median error ${percent(median(errors))}` +
      `  | one source only: median error ${percent(median(singleErrors))} | plain OLS accuses others in ${t.olsFalse}`,
  );
}

console.log(
  `several-leaks: ${seeds} seeds a cell from ${parameters.reportSeed0}, ${parameters.majorGcs} forced GCs; Node ${process.version}`,
);
for (const world of parameters.worlds) {
  console.log(`\nWorld "${world}"`);
  for (const [name, leaks] of Object.entries(parameters.cells)) cell(world, name, leaks);
}
console.log(missed.length === 0 ? '\nGoal met.' : `\nGoal missed:\n  ${missed.join('\n  ')}`);
process.exitCode = missed.length === 0 ? 0 : 1;
