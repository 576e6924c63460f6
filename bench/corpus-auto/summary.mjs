import { UNATTRIBUTED } from '../../test/corpus/run-history.mjs';

/**
 * @typedef {import('./follow-case.mjs').FollowedCase} FollowedCase
 * @typedef {import('./follow-case.mjs').Mark} Mark
 */

/**
 * What one detector said in one run, in the shape that all of them share.
 *
 * @typedef {object} Statement
 * @property {Record<string, Mark>} first when each scope was first accused, taken back or not
 * @property {(leak: import('./follow-case.mjs').LeakFollowed) => number | null} sizeOf bytes per request at the end
 */

/** @type {Record<string, (result: FollowedCase) => Statement | null>} */
const DETECTORS = {
  'leakGuard at auto, growing': (result) => guardStatement(result, 'growing'),
  'leakGuard at auto, leaking': (result) => guardStatement(result, 'leaking'),
  'naive, around each request': (result) => naiveStatement(result, 'around'),
  'naive, since the last response': (result) => naiveStatement(result, 'sinceLast'),
};

/**
 * One detector over all runs. Innocents are counted by app, whenever they were accused: nobody looks only at the end.
 *
 * @typedef {object} DetectorSummary
 * @property {string} detector
 * @property {number} leaks
 * @property {number} named leaks whose route was accused
 * @property {number} namedFirst of those, the ones accused before any innocent route of their app, or with it
 * @property {number} medianUnits to the first accusation of the leaking route; a missed leak counts as never (`Infinity`)
 * @property {number} medianSeconds
 * @property {number | null} medianSizeError of the named, as a share of the truth; null when none has a size
 * @property {number} leakingApps
 * @property {number} innocentAccused leaking apps in which another route was accused
 * @property {number} healthyApps
 * @property {number} healthyAccused healthy apps in which anything was accused
 * @property {number} healthyBeyondStores of those, the ones where it was more than the store that really fills
 */

/**
 * @param {readonly FollowedCase[]} results
 * @returns {DetectorSummary[]} a detector that did not run is left out
 */
export function summarise(results) {
  return Object.entries(DETECTORS).flatMap(([detector, statementOf]) => {
    const runs = results.flatMap((result) => {
      const statement = statementOf(result);
      return statement === null ? [] : [{ result, ...statement }];
    });
    return runs.length === 0 ? [] : [summaryOf(detector, runs)];
  });
}

/** @typedef {Statement & { result: FollowedCase }} Run */

/** @param {string} detector @param {readonly Run[]} runs @returns {DetectorSummary} */
function summaryOf(detector, runs) {
  const leaks = runs.flatMap(({ result, first, sizeOf }) =>
    result.leaks.map((leak) => ({ mark: first[leak.route], error: sizeError(leak.truth, sizeOf(leak)) })),
  );
  const namedFirst = runs.flatMap((run) => {
    const innocentAt = Math.min(...innocents(run).map((scope) => run.first[scope]?.units ?? 0));
    return run.result.leaks.filter(({ route }) => (run.first[route]?.units ?? Number.NaN) <= innocentAt);
  });
  const named = leaks.filter(({ mark }) => mark !== undefined);
  const errors = named.flatMap(({ error }) => (error === null ? [] : [error]));
  const leakingApps = runs.filter(({ result }) => result.expect === 'leak');
  const healthyApps = runs.filter(({ result }) => result.expect === 'clean');
  return {
    detector,
    leaks: leaks.length,
    named: named.length,
    namedFirst: namedFirst.length,
    medianUnits: median(leaks.map(({ mark }) => mark?.units ?? Number.POSITIVE_INFINITY)),
    medianSeconds: median(leaks.map(({ mark }) => mark?.seconds ?? Number.POSITIVE_INFINITY)),
    medianSizeError: errors.length === 0 ? null : median(errors),
    leakingApps: leakingApps.length,
    innocentAccused: leakingApps.filter((run) => innocents(run).length > 0).length,
    healthyApps: healthyApps.length,
    healthyAccused: healthyApps.filter(({ first }) => Object.keys(first).length > 0).length,
    healthyBeyondStores: healthyApps.filter((run) => innocents(run).length > 0).length,
  };
}

/**
 * Scopes that were accused and neither leak nor fill a store. Growth without a name accuses no route: in a leaking app it
 * is a weak answer.
 *
 * @param {Run} run
 */
function innocents({ result, first }) {
  const grown = new Set([...result.leaks.map(({ route }) => route), ...result.watch]);
  if (result.expect === 'leak') grown.add(UNATTRIBUTED);
  return Object.keys(first).filter((scope) => !grown.has(scope));
}

/** @param {FollowedCase} result @param {'growing' | 'leaking'} verdict @returns {Statement} */
function guardStatement({ accused }, verdict) {
  /** @type {Record<string, Mark>} */
  const first = {};
  for (const [scope, seen] of Object.entries(accused)) {
    const mark = verdict === 'growing' ? (seen.growing ?? seen.leaking) : seen.leaking;
    if (mark !== null) first[scope] = mark;
  }
  return { first, sizeOf: ({ bytesPerUnit }) => bytesPerUnit };
}

/** @param {FollowedCase} result @param {'around' | 'sinceLast'} rule @returns {Statement | null} */
function naiveStatement({ naive }, rule) {
  if (naive === null) return null;
  const { first, averages } = naive[rule];
  const sizeOf = (/** @type {{ route: string }} */ leak) =>
    averages.find(({ route }) => route === leak.route)?.bytesPerUnit ?? null;
  return { first, sizeOf };
}

/** @param {number} truth @param {number | null} size */
function sizeError(truth, size) {
  return size === null ? null : Math.abs(size / truth - 1);
}

/** @param {readonly number[]} values @returns {number} the upper middle of an even number; `Infinity` of none */
function median(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.POSITIVE_INFINITY;
}
