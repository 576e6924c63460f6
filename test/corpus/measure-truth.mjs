// node test/corpus/measure-truth.mjs [case ...] [--segments 4] [--units 2000] [--mix] [--write]
// What the cases really lose, without a detector and with forced collections: each leaking or watched route by itself,
// the other routes together. --mix: the whole mix instead, for what a run sees. --write: into case.json.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { installCasePackages } from './case-packages.mjs';
import { CASES_FOLDER, caseNames, loadCase } from './cases.mjs';
import { readTruth, truthOf } from './truth.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    segments: { type: 'string', default: '4' },
    units: { type: 'string' },
    mix: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});
const segments = Number(values.segments);
const MIX_SEGMENT_UNITS = 5_000;
const ROUTE_SEGMENT_UNITS = 2_000;

await installCasePackages();
for (const name of positionals.length > 0 ? positionals : caseNames()) await measure(name);

/** @param {string} name */
async function measure(name) {
  const spec = loadCase(name);
  const suspects = new Set([...(spec.leaks ?? []).map(({ route }) => route), ...(spec.watch ?? [])]);
  const others = spec.load.routes.filter(({ route }) => !suspects.has(route));
  const groups = values.mix
    ? [{ unit: 'the whole mix', routes: spec.load.routes }]
    : [
        ...spec.load.routes
          .filter(({ route }) => suspects.has(route))
          .map((load) => ({ unit: load.route, routes: [load] })),
        { unit: `the other ${others.length}`, routes: others },
      ];
  const perSegment = Number(
    values.units ?? (values.mix ? MIX_SEGMENT_UNITS : (spec.measureN ?? ROUTE_SEGMENT_UNITS)),
  );
  const readings = [];
  for (const group of groups) {
    const reading = await readTruth(spec, { ...group, perSegment, segments });
    readings.push(reading);
    print(name, reading);
  }
  if (values.write && !values.mix) record(spec, readings);
}

/** @param {string} name @param {import('./truth.mjs').TruthReading} reading */
function print(name, { unit, perSegment, heap, external, rss }) {
  const signals = Object.entries({ heap, external, rss }).map(
    ([signal, list]) => `${signal} ${list.join(' / ')}`,
  );
  console.log(`${name.padEnd(22)} ${unit.padEnd(34)} n=${perSegment}  ${signals.join('   ')}`);
}

/** @param {import('./cases.mjs').CorpusCase} spec @param {import('./truth.mjs').TruthReading[]} readings */
function record(spec, readings) {
  for (const leak of spec.leaks ?? []) {
    const reading = readings.find(({ unit }) => unit === leak.route);
    if (reading) leak.bytesPerRequest = truthOf(reading, leak.kind);
  }
  const units = Object.fromEntries(readings.map(({ unit, ...segmentsOf }) => [unit, segmentsOf]));
  const text = JSON.stringify({ ...spec, measured: { node: process.version, units } }, null, 2);
  writeFileSync(path.join(CASES_FOLDER, spec.name, 'case.json'), `${text}\n`);
}
