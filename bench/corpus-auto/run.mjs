/**
 * The corpus as production sees it: level `auto`, no forced GC, until each leak is `leaking`; the naive rules beside it in
 * the same process: `node bench/corpus-auto/run.mjs [case ...] [--seed 1] [--max-seconds 90] [--max-units 300000]
 * [--node-flags "..."] [--alone] [--json]`. Exit code 1 when something innocent was `leaking`, or an app broke; a missed
 * leak is a figure, not a failure.
 */
import { execFileSync } from 'node:child_process';
import { availableParallelism, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { caseNames, loadCase } from '../../test/corpus/cases.mjs';
import { followCase } from './follow-case.mjs';
import { caseTable, closingText, summaryTable } from './report-text.mjs';
import { summarise } from './summary.mjs';

/** What Node 20 gives itself in a container of 512 MB: half of it for the old space, semi-spaces of 1 MB. */
const SMALL_CONTAINER = '--max-old-space-size=256 --max-semi-space-size=1';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: '1' },
    'max-seconds': { type: 'string', default: '90' },
    'max-units': { type: 'string', default: '300000' },
    'node-flags': { type: 'string', default: SMALL_CONTAINER },
    alone: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const options = {
  seed: wholeNumber('seed'),
  maxSeconds: wholeNumber('max-seconds'),
  maxUnits: wholeNumber('max-units'),
  nodeFlags: values['node-flags'].split(' ').filter(Boolean),
  alone: values.alone,
};
// The naive rules are HTTP middleware: jobs have none.
const served = caseNames().filter((name) => loadCase(name).framework !== 'bullmq');
const names = positionals.length > 0 ? positionals : served;
const unserved = names.find((name) => loadCase(name).framework === 'bullmq');
if (unserved !== undefined) throw new RangeError(`${unserved} has jobs; this bench runs HTTP cases only`);

const machine = {
  commit: commit(),
  node: process.version,
  cores: availableParallelism(),
  loadBefore: loadavg()[0] ?? 0,
};
/** @type {import('./follow-case.mjs').FollowedCase[]} */
const results = [];
/** @type {string[]} */
const broken = [];
for (const [index, name] of names.entries()) {
  try {
    const result = await followCase(name, options);
    results.push(result);
    progress(index, result);
  } catch (error) {
    broken.push(name);
    console.error(`[${index + 1}/${names.length}] BROKEN ${name}: ${/** @type {Error} */ (error).message}`);
  }
}
const summaries = summarise(results);
const failed = broken.length + results.filter(({ problems }) => problems.length > 0).length;
if (values.json) console.log(JSON.stringify({ ...machine, options, summaries, results, broken }));
else
  console.log(
    `\n${head()}\n\n${caseTable(results)}\n\n${summaryTable(summaries)}\n\n${closingText(results)}`,
  );
process.exitCode = failed > 0 ? 1 : 0;

function head() {
  const load = `load ${machine.loadBefore.toFixed(1)} before, ${(loadavg()[0] ?? 0).toFixed(1)} after (its own included)`;
  const app = `the app's Node: ${options.nodeFlags.join(' ') || 'no flags'}`;
  const bounds = `at most ${options.maxSeconds} s and ${options.maxUnits} units a case, seed ${options.seed}`;
  return `corpus-auto: commit ${machine.commit}, Node ${machine.node}, ${machine.cores} cores, ${load}\n${app}; ${bounds}`;
}

/** To stderr, so that stdout holds the tables or the JSON alone. @param {number} index @param {import('./follow-case.mjs').FollowedCase} result */
function progress(index, { name, expect, units, seconds, majorGcs, leaks, problems, notes }) {
  const said = leaks.map(
    ({ verdict, growing }) => `${verdict}${growing ? `, named at ${growing.units}` : ''}`,
  );
  console.error(
    `[${index + 1}/${names.length}] ${problems.length > 0 ? 'FAIL' : 'ok'}  ${name} (${expect}): ${said.join('; ') || 'healthy'};` +
      ` ${units} units in ${seconds.toFixed(0)} s, ${majorGcs} major GCs`,
  );
  for (const text of problems) console.error(`      ${text}`);
  for (const text of notes) console.error(`      (${text})`);
}

function commit() {
  const git = (/** @type {string[]} */ ...args) =>
    execFileSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8' }).trim();
  try {
    return `${git('rev-parse', '--short', 'HEAD')}${git('status', '--porcelain') ? ' with changes' : ''}`;
  } catch {
    return 'unknown';
  }
}

/** @param {'seed' | 'max-seconds' | 'max-units'} option */
function wholeNumber(option) {
  const value = Number(values[option]);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new RangeError(`--${option} ${values[option]}: a whole number above 0 is needed`);
}
