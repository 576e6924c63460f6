/**
 * What the detector finds and whom it accuses falsely, on generated runs with the parameters of parameters.json:
 * `node bench/detection/run.mjs [seeds]`. Exit code 1 if a goal of parameters.json is missed.
 */
import { readFileSync } from 'node:fs';
import { naiveRule, plainOls } from './rivals.mjs';
import { runTracker } from './run-tracker.mjs';
import { simulateRun } from './simulate.mjs';

const parameters = JSON.parse(readFileSync(new URL('parameters.json', import.meta.url), 'utf8'));
const seeds = Number(process.argv[2] ?? parameters.reportSeeds);
const seedOf = (index) => parameters.reportSeed0 + index;
const percent = (part, whole) => (whole === 0 ? '-' : `${((100 * part) / whole).toFixed(1)} %`);
const median = (list) => list.sort((a, b) => a - b)[list.length >> 1];
const missed = [];

function goal(name, value, limit, ok) {
  if (!ok) missed.push(`${name}: ${value} (goal ${limit})`);
}

/** The true sources: the leak, its exact follower, and a store while it fills. */
function trueSources(world, leak) {
  const sources = new Set(leak ? [leak.route] : []);
  if (world.store) sources.add(world.store.route);
  return sources;
}

function healthyCell(name, world) {
  let growing = 0;
  let falselyNamed = 0;
  let leaking = 0;
  let olsAccused = 0;
  let naiveAccused = 0;
  for (let i = 0; i < seeds; i++) {
    const rows = simulateRun(parameters, world, null, seedOf(i));
    const run = runTracker(rows);
    if (run.first) growing += 1;
    if (run.first && !trueSources(world, null).has(run.first.source)) falselyNamed += 1;
    if (run.leaking.size > 0) leaking += 1;
    if (plainOls(rows).accused.length > 0) olsAccused += 1;
    if (naiveRule(rows).accused.length > 0) naiveAccused += 1;
  }
  goal(
    `false leaking, ${name}`,
    `${leaking}/${seeds}`,
    parameters.falseLeakingGoal,
    leaking / seeds <= parameters.falseLeakingGoal,
  );
  console.log(
    `${name.padEnd(16)} leaking ${String(leaking).padStart(3)}/${seeds}   growing ${String(growing).padStart(3)}` +
      ` (of them not the filling store ${falselyNamed})   plain OLS accuses in ${olsAccused}   naive rule in ${naiveAccused}`,
  );
}

function leakCell(worldName, world, name, cell) {
  const t = {
    named: 0,
    growing: 0,
    leaking: 0,
    innocent: 0,
    covered: 0,
    coveredFirst: 0,
    first: 0,
    interval: 0,
    ols: 0,
    olsOthers: 0,
    naive: 0,
    naiveOthers: 0,
  };
  const errors = [];
  const sizes = [];
  const units = [];
  for (let i = 0; i < seeds; i++) {
    const leak = { route: cell.routes[i % cell.routes.length], bytes: cell.bytes };
    const rows = simulateRun(parameters, world, leak, seedOf(i));
    const { first, last, leaking } = runTracker(rows);
    const truth = trueSources(world, leak);
    if (first) {
      t.first += 1;
      units.push(first.totalUnits);
      if (first.credible.some(({ source }) => truth.has(source))) t.coveredFirst += 1;
    }
    if (leaking.has(leak.route)) t.leaking += 1;
    // Every request (-2) is no route that anybody would be sent to in vain.
    if ([...leaking].some((source) => source >= 0 && !truth.has(source))) t.innocent += 1;
    if (last) {
      t.growing += 1;
      sizes.push(last.credible.length);
      if (last.credible.some(({ source }) => source === leak.route)) t.covered += 1;
      if (last.source === leak.route) {
        t.named += 1;
        errors.push(Math.abs(last.estimate.bytesPerUnit / leak.bytes - 1));
        if (last.estimate.ci95[0] <= leak.bytes && leak.bytes <= last.estimate.ci95[1]) t.interval += 1;
      }
    }
    for (const [rival, run] of [
      ['ols', plainOls(rows)],
      ['naive', naiveRule(rows)],
    ]) {
      if (run.accused[0] === leak.route) t[rival] += 1;
      if (run.accused.some((route) => !truth.has(route))) t[`${rival}Others`] += 1;
    }
  }
  const where = `${worldName}, ${name}`;
  if (cell.goalNamed && worldName === 'none')
    goal(`named, ${where}`, percent(t.named, seeds), cell.goalNamed, t.named / seeds >= cell.goalNamed);
  goal(
    `coverage, ${where}`,
    percent(t.covered, t.growing),
    parameters.coverageGoal,
    t.covered >= parameters.coverageGoal * t.growing,
  );
  console.log(
    `  ${name.padEnd(42)} named ${percent(t.named, seeds).padStart(7)}  leaking ${percent(t.leaking, seeds).padStart(7)} (an innocent route ${t.innocent})` +
      `  set holds truth: end ${percent(t.covered, t.growing)}, first call ${percent(t.coveredFirst, t.first)} (median size ${median(sizes) ?? '-'})` +
      `  interval ${percent(t.interval, t.named)}  median error ${errors.length ? (100 * median(errors)).toFixed(1) : '-'} %` +
      `  first call at ${median(units) ?? '-'} units`,
  );
  console.log(
    `  ${''.padEnd(42)} plain OLS: first ${percent(t.ols, seeds)}, accuses others in ${percent(t.olsOthers, seeds)};` +
      ` naive rule: first ${percent(t.naive, seeds)}, accuses others in ${percent(t.naiveOthers, seeds)}`,
  );
}

console.log(
  `detection: ${seeds} seeds a cell from ${parameters.reportSeed0}, ${parameters.majorGcs} forced GCs, ${parameters.majorGcs * parameters.unitsPerGc} units, ${parameters.routes} routes; Node ${process.version}`,
);
console.log('\nHealthy worlds');
for (const [name, world] of Object.entries(parameters.worlds)) healthyCell(name, world);
for (const [worldName, world] of Object.entries(parameters.worlds)) {
  console.log(`\nLeaks in the world "${worldName}"`);
  for (const [name, cell] of Object.entries(parameters.leaks)) leakCell(worldName, world, name, cell);
}
console.log(
  missed.length === 0
    ? '\nAll goals met.'
    : `\nGoals missed:\n${missed.map((line) => `  ${line}`).join('\n')}`,
);
process.exitCode = missed.length === 0 ? 0 : 1;
