// node test/corpus/run-all.mjs [case ...] [--units 45000] [--seed 1,2] [--level prove] [--guard module] [--json]
// Runs the cases one after the other and prints a table. The exit code is 1 when one of them failed.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { caseNames } from './cases.mjs';
import { resultTable } from './result-table.mjs';
import { DEFAULT_UNITS, runCase } from './run-case.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    units: { type: 'string', default: String(DEFAULT_UNITS) },
    seed: { type: 'string', default: '1' },
    level: { type: 'string', default: 'prove' },
    guard: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const units = wholeNumber('--units', values.units);
const seeds = values.seed.split(',').map((text) => wholeNumber('--seed', text));
const level = /** @type {'prove'} */ (values.level);
const guard =
  values.guard && /^[./]/.test(values.guard) ? pathToFileURL(path.resolve(values.guard)).href : values.guard;
const names = positionals.length > 0 ? positionals : caseNames();

const results = [];
const broken = [];
for (const name of names) {
  for (const seed of seeds) {
    try {
      const result = await runCase(name, { units, seed, level, ...(guard && { guard }) });
      results.push(result);
      progress(
        `${result.judgement.pass ? 'pass' : 'FAIL'}  ${name} (seed ${seed}, ${speed(result)} units/s)`,
        result.judgement,
      );
    } catch (error) {
      broken.push(name);
      progress(`FAIL  ${name} (seed ${seed}): ${/** @type {Error} */ (error).message}`);
    }
  }
}
const failed = broken.length + results.filter(({ judgement }) => !judgement.pass).length;
if (values.json) console.log(JSON.stringify({ node: process.version, units, level, results, broken }));
else
  console.log(`\nNode ${process.version}, ${units} units a case, level ${level}\n\n${resultTable(results)}`);
progress(`\n${results.length + broken.length - failed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

/** @param {import('./run-case.mjs').RunResult} result */
function speed(result) {
  return Math.round(result.units / result.seconds);
}

/** To stderr, so that stdout holds the table or the JSON alone. @param {string} line @param {import('./judge.mjs').Judgement} [judgement] */
function progress(line, { problems, notes } = { pass: true, problems: [], notes: [] }) {
  console.error(
    [line, ...problems.map((text) => `      ${text}`), ...notes.map((text) => `      (${text})`)].join('\n'),
  );
}

/** @param {string} option @param {string} text */
function wholeNumber(option, text) {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new Error(`${option} ${text}: a whole number above 0 is needed`);
}
