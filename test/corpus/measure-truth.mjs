// node test/corpus/measure-truth.mjs [case ...] [--segments 4] [--units 2000] [--mix] [--write]
// What the cases really lose, without a detector and with forced collections: each leaking or watched route or job
// by itself, the others together. --mix: the whole mix instead, for what a run sees. --write: into case.json.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { installCasePackages } from './case-packages.mjs';
import { CASES_FOLDER, caseNames, loadCase, readCaseFile, scopeOf, scopesOf } from './cases.mjs';
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
const SCOPE_SEGMENT_UNITS = 2_000;

await installCasePackages();
for (const name of positionals.length > 0 ? positionals : caseNames()) await measure(name);

/** @param {string} name */
async function measure(name) {
  const spec = loadCase(name);
  const suspects = new Set([...(spec.leaks ?? []).map(({ scope }) => scope), ...(spec.watch ?? [])]);
  const all = scopesOf(spec);
  const others = all.filter((scope) => !suspects.has(scope));
  const groups = values.mix
    ? [{ unit: 'the whole mix', scopes: all }]
    : [
        ...all.filter((scope) => suspects.has(scope)).map((scope) => ({ unit: scope, scopes: [scope] })),
        { unit: `the other ${others.length}`, scopes: others },
      ];
  const perSegment = Number(
    values.units ?? (values.mix ? MIX_SEGMENT_UNITS : (spec.measureN ?? SCOPE_SEGMENT_UNITS)),
  );
  const readings = [];
  for (const group of groups) {
    const reading = await readTruth(spec, { ...group, perSegment, segments });
    readings.push(reading);
    print(name, reading);
  }
  if (values.write && !values.mix) record(name, readings);
}

/** @param {string} name @param {import('./truth.mjs').TruthReading} reading */
function print(name, { unit, perSegment, heap, external, rss }) {
  const signals = Object.entries({ heap, external, rss }).map(
    ([signal, list]) => `${signal} ${list.join(' / ')}`,
  );
  console.log(`${name.padEnd(22)} ${unit.padEnd(34)} n=${perSegment}  ${signals.join('   ')}`);
}

/** @param {string} name @param {import('./truth.mjs').TruthReading[]} readings */
function record(name, readings) {
  const spec = readCaseFile(name);
  for (const leak of spec.leaks ?? []) {
    const scope = scopeOf(spec, leak.route ?? leak.job ?? '');
    const reading = readings.find(({ unit }) => unit === scope);
    if (reading) leak.bytesPerRequest = truthOf(reading, leak.kind);
  }
  const units = Object.fromEntries(readings.map(({ unit, ...segmentsOf }) => [unit, segmentsOf]));
  const text = JSON.stringify({ ...spec, measured: { node: process.version, units } }, null, 2);
  writeFileSync(path.join(CASES_FOLDER, name, 'case.json'), `${text}\n`);
}
