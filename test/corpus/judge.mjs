import { UNATTRIBUTED } from './run-history.mjs';

/** From here on a size must be right, in bytes; below it the interval must hold the truth and be narrow. */
const SIZED_FROM_BYTES = 1024;
const SIZE_TOLERANCE = 0.25;
const INTERVAL_RATIO_LIMIT = 3;

/**
 * What of a run is judged.
 *
 * @typedef {object} JudgedRun
 * @property {Pick<import('@leakguard/core').GrowthReport, 'scopes'>} final the report of `analyze()` at the end
 * @property {Record<string, import('./run-history.mjs').FirstSeen>} firstSeen of the whole run, `(unattributed)` included
 * @property {number} errors units that failed
 * @property {readonly string[]} failures uncaught exceptions, unhandled rejections, an early end
 */

/**
 * @typedef {object} Judgement
 * @property {boolean} pass
 * @property {string[]} problems why it did not pass
 * @property {string[]} notes worth knowing and not a failure
 */

/**
 * Holds one run against its case. Leaking: the leaking scopes come first in the report, their sizes are right and so are the
 * functions that allocated, no other scope was ever `leaking`. Clean: nothing was ever `leaking`. A store that is still filling may be `growing`.
 *
 * @param {Pick<import('./cases.mjs').CorpusCase, 'expect' | 'leaks' | 'watch'>} spec
 * @param {JudgedRun} run
 * @returns {Judgement}
 */
export function judge(spec, run) {
  const leaks = spec.expect === 'leak' ? (spec.leaks ?? []) : [];
  const problems = [
    ...brokenHost(run),
    ...wrongNames(leaks, run),
    ...leaks.flatMap((leak) => [...wrongSize(leak, run), ...wrongSite(leak, run)]),
  ];
  const { problems: falselyAccused, notes } = falseAccusations(spec, run.firstSeen);
  problems.push(...falselyAccused);
  return { pass: problems.length === 0, problems, notes };
}

/**
 * Who was accused and does not leak, at any time of a run. `leaking` is forbidden, `growing` is noted.
 *
 * @param {Pick<import('./cases.mjs').CorpusCase, 'expect' | 'leaks' | 'watch'>} spec
 * @param {JudgedRun['firstSeen']} firstSeen
 * @returns {Pick<Judgement, 'problems' | 'notes'>}
 */
export function falseAccusations(spec, firstSeen) {
  const leaks = spec.expect === 'leak' ? (spec.leaks ?? []) : [];
  const guilty = new Set(leaks.map(({ scope }) => scope));
  const problems = [];
  const notes = [];
  for (const [scope, seen] of Object.entries(firstSeen)) {
    if (guilty.has(scope)) continue;
    // In a leaking app growth without a name is a weak answer, not an accusation of an innocent one.
    const accused = scope !== UNATTRIBUTED || leaks.length === 0;
    if (seen.leaking !== null && accused) problems.push(`${scope} was leaking at ${seen.leaking} units`);
    else if (seen.leaking !== null) notes.push(`${scope} was leaking at ${seen.leaking} units`);
    else
      notes.push(
        `${scope} was growing at ${seen.growing} units${spec.watch?.includes(scope) ? ' (watched)' : ''}`,
      );
  }
  return { problems, notes };
}

/**
 * What went wrong with the app itself.
 *
 * @param {Pick<JudgedRun, 'errors' | 'failures'>} run
 * @returns {string[]}
 */
export function brokenHost({ errors, failures }) {
  return [...(errors > 0 ? [`${errors} units failed`] : []), ...failures];
}

/** @param {readonly import('./cases.mjs').Leak[]} leaks @param {JudgedRun} run */
function wrongNames(leaks, { final }) {
  const first = final.scopes.slice(0, leaks.length).map(({ scope }) => scope);
  return leaks
    .filter(({ scope }) => !first.includes(scope))
    .map(({ scope }) => `${scope} is not first in the report, ${first.join(', ') || 'nothing'} is`);
}

/** @param {import('./cases.mjs').Leak} leak @param {JudgedRun} run @returns {string[]} */
function wrongSize({ scope: name, bytesPerRequest: truth }, { final }) {
  const scope = final.scopes.find((candidate) => candidate.scope === name);
  if (!scope) return [`${name} is not in the report`];
  const { verdict, bytesPerUnit, ci95 } = scope;
  if (verdict !== 'growing' && verdict !== 'leaking') return [`${name} is ${verdict} at the end`];
  if (bytesPerUnit === null || ci95 === null) return [`${name} has no size`];
  if (truth > SIZED_FROM_BYTES) {
    const error = bytesPerUnit / truth - 1;
    if (Math.abs(error) <= SIZE_TOLERANCE) return [];
    return [`${name}: ${Math.round(bytesPerUnit)} B per unit is ${Math.round(error * 100)} % off ${truth} B`];
  }
  const [low, high] = ci95;
  const interval = `${name}: the interval ${Math.round(low)}..${Math.round(high)} B`;
  const problems = [];
  if (truth < low || truth > high) problems.push(`${interval} does not hold ${truth} B`);
  if (low <= 0 || high / low >= INTERVAL_RATIO_LIMIT) problems.push(`${interval} is 3x wide or wider`);
  return problems;
}

/**
 * The function named must be one of the package or of the app that make the leak, or the leaking handler, or one below it.
 *
 * @param {import('./cases.mjs').Leak} leak
 * @param {JudgedRun} run
 */
function wrongSite({ scope: name, site: truth }, { final }) {
  // Backing stores of Buffers are not in the profile.
  if (!truth) return [];
  const site = final.scopes.find((candidate) => candidate.scope === name)?.site ?? null;
  if (site === null) return [`${name} has no site`];
  const named = [site.entry, site.allocating];
  const isRight =
    named.some(({ package: from }) => truth.packages?.includes(packageName(from))) ||
    named.some(({ function: fn }) => truth.functions?.includes(fn)) ||
    // A function that a handler calls by the job's name is told as the entry: below it lies no handler after its own await.
    [site.handler, ...named].some((frame) => frame?.line === truth.handlerLine) ||
    (truth.kind !== undefined && site.kind === truth.kind);
  if (isRight) return [];
  const shown = named.map(({ function: fn, file, line }) => `${fn} ${file}:${line}`);
  return [`${name} is said to be allocated in ${shown.join(', ')}`];
}

/** @param {string | undefined} label `name@version` */
function packageName(label = '') {
  return label.replace(/(?<=.)@[^@/]*$/, '');
}
