/**
 * Who is named for real leaks, and when; whom that accuses in healthy apps; rivals beside it on the same profiles:
 * `node bench/sites/run.mjs [--apps a,b] [--kinds ...] [--bytes ...] [--routes rare,minor,major] [--seeds n] [--units n] [--level prove|auto]
 * [--pace n] [--constant] [--stretch n] [--healthy] [--leaks] [--full] [--json]`. Exit code 1 when a healthy app or an innocent route was
 * `leaking`, or an app broke; a missed leak is a figure, not a failure.
 */
import { execFileSync } from 'node:child_process';
import { availableParallelism, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { apps, healthy, kinds, shares, sizes } from './apps/index.mjs';
import { appNamed, caseText, defaultLeakCases, healthyCases, leakCases } from './cases.mjs';
import { followCase } from './follow-case.mjs';
import { judgeHealthy, judgeLeak, judgeRival } from './judge.mjs';
import { healthySummary, healthyTable, leakSummary, leakTable } from './table.mjs';

/**
 * @typedef {Omit<import('./follow-case.mjs').FollowedCase, 'looks' | 'rivals' | 'bytes'> & { rivals: Record<string, import('./judge.mjs').RivalJudged>, evidence: import('./host/serve.mjs').Look['evidence'] | null }} CaseResult
 * @typedef {CaseResult & { judged: import('./judge.mjs').LeakJudged, bytes: { heap: number, external: number }, keptBytes: number }} LeakResult
 * @typedef {CaseResult & { judged: ReturnType<typeof judgeHealthy> }} HealthyResult
 */

/** The guard's default `minTotalBytes`: below it it says nothing. */
const MIN_TOTAL_BYTES = 2 ** 20;
/** A second of the guard's clock at `auto` takes a twentieth of one: its reads are 60 s apart at least. */
const AUTO_PACE = '20';
const FULL_HEALTHY_SEEDS = 20;

const { values } = parseArgs({
  options: {
    apps: { type: 'string' },
    kinds: { type: 'string' },
    bytes: { type: 'string' },
    routes: { type: 'string' },
    seeds: { type: 'string' },
    units: { type: 'string', default: '20000' },
    level: { type: 'string', default: 'prove' },
    pace: { type: 'string' },
    stretch: { type: 'string', default: '4' },
    constant: { type: 'boolean', default: false },
    healthy: { type: 'boolean', default: false },
    leaks: { type: 'boolean', default: false },
    full: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const wanted = {
  apps: listOf('apps', Object.keys({ ...apps, ...healthy })),
  kinds: listOf('kinds', kinds),
  bytes: listOf('bytes', sizes.map(String))?.map(Number) ?? null,
  routes: listOf('routes', Object.keys(shares)),
};
const level = /** @type {'auto' | 'prove'} */ (oneOf('level', ['prove', 'auto']));
const options = {
  level,
  units: positive(values.units, 'units'),
  pace: positive(values.pace ?? (level === 'auto' ? AUTO_PACE : '1'), 'pace'),
  constant: values.constant,
  stretch: positive(values.stretch, 'stretch'),
};
const cases = chosenCases();
const machine = {
  commit: commit(),
  node: process.version,
  cores: availableParallelism(),
  loadBefore: loadavg()[0] ?? 0,
};
/** @type {LeakResult[]} */
const leaks = [];
/** @type {HealthyResult[]} */
const healthyResults = [];
/** @type {string[]} */
const broken = [];
if (!values.json) console.log(`${head()}\n${cases.length} cases\n`);
for (const [index, each] of cases.entries()) await run(each, index);
if (values.json) console.log(JSON.stringify({ ...machine, options, leaks, healthy: healthyResults, broken }));
else print();
const accused = [
  ...leaks.map(({ judged }) => judged.wrongRoutes),
  ...healthyResults.map(({ judged }) => judged.accused),
];
const falseLeaking = accused.filter((each) =>
  Object.values(each).some(({ verdict }) => verdict === 'leaking'),
);
process.exitCode = falseLeaking.length + broken.length > 0 ? 1 : 0;

/** @param {import('./cases.mjs').SitesCase} each @param {number} index */
async function run(each, index) {
  const at = `[${index + 1}/${cases.length}] ${caseText(each)}:`;
  try {
    const { looks, rivals, bytes, ...followed } = await followCase(each, options);
    broken.push(...followed.failures);
    const truth = appNamed(each.app).truth(each.leak);
    const result = {
      ...followed,
      rivals: Object.fromEntries(
        Object.entries(rivals).map(([rival, named]) => [rival, judgeRival(truth, named)]),
      ),
      evidence: looks.at(-1)?.evidence ?? null,
    };
    const { seconds, evidence } = result;
    const pace = `${seconds.toFixed(0)} s, ${evidence?.rows} rows, ${evidence?.reads} reads of at most ${evidence?.pauseMs.toFixed(0)} ms`;
    if (bytes === null || truth === null) {
      const judged = judgeHealthy(looks);
      healthyResults.push({ ...result, judged });
      console.error(`${at} ${JSON.stringify(judged.accused)}; ${pace}`);
    } else {
      const judged = judgeLeak({ truth, bytes, looks });
      const ofRoute = looks.at(-1)?.unitsOf[truth.scope] ?? 0;
      leaks.push({ ...result, judged, bytes, keptBytes: (bytes.heap + bytes.external) * ofRoute });
      console.error(`${at} ${judged.verdict}, site ${judged.site} (${judged.siteText}); ${pace}`);
    }
    for (const text of followed.failures) console.error(`      ${text}`);
  } catch (error) {
    broken.push(`${caseText(each)}: ${/** @type {Error} */ (error).message}`);
    console.error(`${at} BROKEN ${/** @type {Error} */ (error).stack}`);
  }
}

function chosenCases() {
  const isNarrowed = Object.values(wanted).some((list) => list !== null);
  const seeds = positive(values.seeds ?? '1', 'seeds');
  const isDefault = !values.full && !isNarrowed && values.seeds === undefined;
  const leaking = isDefault ? defaultLeakCases() : leakCases(wanted, seeds);
  const well = healthyCases(wanted, values.full && values.seeds === undefined ? FULL_HEALTHY_SEEDS : seeds);
  const both = values.healthy === values.leaks;
  return [...(both || values.leaks ? leaking : []), ...(both || values.healthy ? well : [])];
}

function print() {
  if (leaks.length > 0) console.log(`\n${leakTable(leaks)}\n\n${leakSummary(leaks, MIN_TOTAL_BYTES)}`);
  if (healthyResults.length > 0)
    console.log(`\n${healthyTable(healthyResults)}\n\n${healthySummary(healthyResults)}`);
  if (broken.length > 0) console.log(`\nBroken:\n  ${broken.join('\n  ')}`);
  console.log(`\nLoad at the end ${(loadavg()[0] ?? 0).toFixed(1)} (its own included)`);
}

function head() {
  const traffic = `${options.units} units a case, 32 in flight, ${options.constant ? 'constant' : 'varying'} mix`;
  const clock = options.pace === 1 ? '' : `, the guard's clock ${options.pace} times as fast`;
  return (
    `sites: commit ${machine.commit}, Node ${machine.node}, ${machine.cores} cores, load ${machine.loadBefore.toFixed(1)} before\n` +
    `level ${level}${clock}; ${traffic}`
  );
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

/** @param {'apps' | 'kinds' | 'bytes' | 'routes'} option @param {readonly string[]} known @returns {string[] | null} */
function listOf(option, known) {
  const list = values[option]?.split(',') ?? null;
  const unknown = list?.find((item) => !known.includes(item));
  if (unknown !== undefined) throw new RangeError(`--${option} ${unknown}: there are ${known.join(', ')}`);
  return list;
}

/** @param {'level'} option @param {readonly string[]} known */
function oneOf(option, known) {
  if (known.includes(values[option])) return values[option];
  throw new RangeError(`--${option} ${values[option]}: there are ${known.join(', ')}`);
}

/** @param {string} text @param {string} option */
function positive(text, option) {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new RangeError(`--${option} ${text}: a whole number above 0 is needed`);
}
