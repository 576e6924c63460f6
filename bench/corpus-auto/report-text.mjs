import { alignedTable } from '../../test/corpus/result-table.mjs';

/**
 * @typedef {import('./follow-case.mjs').FollowedCase} FollowedCase
 * @typedef {import('./follow-case.mjs').Mark} Mark
 */

const CASE_COLUMNS = [
  'case',
  'units',
  's',
  'GCs',
  'growing at',
  'leaking at',
  'truth',
  'B/unit',
  '95 %',
  'others accused',
  'naive around: at',
  'B/unit',
  'others',
  'naive since last: at',
  'B/unit',
  'others',
];

/**
 * One line a run: units and seconds to each verdict on what leaks, its size against the truth, who else was accused; then
 * the same of the naive rules, with the number of other routes that they accused.
 *
 * @param {readonly FollowedCase[]} results
 * @returns {string}
 */
export function caseTable(results) {
  return alignedTable([CASE_COLUMNS, ...results.map(caseCells)]);
}

/** @param {FollowedCase} result */
function caseCells({ name, units, seconds, majorGcs, leaks, accused, naive }) {
  const [leak] = leaks;
  return [
    name,
    String(units),
    seconds.toFixed(0),
    String(majorGcs),
    leak ? at(leak.growing) : '',
    leak ? at(leak.leaking) : '',
    leak ? String(leak.truth) : '',
    bytes(leak?.bytesPerUnit),
    leak?.ci95?.map(bytes).join('..') ?? '-',
    othersText(accused, leaks),
    ...(naive ? [...naiveCells(naive.around, leak), ...naiveCells(naive.sinceLast, leak)] : []),
  ];
}

/** @param {NonNullable<FollowedCase['naive']>['around']} rule @param {{ route: string } | undefined} leak */
function naiveCells({ first, averages }, leak) {
  const others = Object.keys(first).filter((route) => route !== leak?.route).length;
  if (!leak) return ['', '', String(others)];
  const size = averages.find(({ route }) => route === leak.route)?.bytesPerUnit;
  return [at(first[leak.route]), bytes(size), String(others)];
}

/** @param {FollowedCase['accused']} accused @param {FollowedCase['leaks']} leaks */
function othersText(accused, leaks) {
  const texts = Object.entries(accused)
    .filter(([scope]) => !leaks.some(({ route }) => route === scope))
    .map(
      ([scope, { growing, leaking }]) =>
        `${scope} ${leaking ? `LEAKING at ${at(leaking)}` : `growing at ${at(growing)}`}`,
    );
  return texts.join(', ') || '-';
}

/**
 * One line a detector. Units are the figure to read; seconds are those of this machine under a load that saturates it.
 *
 * @param {readonly import('./summary.mjs').DetectorSummary[]} summaries
 * @returns {string}
 */
export function summaryTable(summaries) {
  const columns = [
    'detector',
    'leaks named',
    'before an innocent',
    'median units',
    'median s',
    'median size error',
    'leaking apps with an innocent accused',
    'healthy apps accused',
    'of them beyond a filling store',
  ];
  const rows = summaries.map((each) => [
    each.detector,
    `${each.named} of ${each.leaks}`,
    String(each.namedFirst),
    finite(each.medianUnits),
    finite(each.medianSeconds),
    each.medianSizeError === null ? '-' : `${(100 * each.medianSizeError).toFixed(0)} %`,
    `${each.innocentAccused} of ${each.leakingApps}`,
    `${each.healthyAccused} of ${each.healthyApps}`,
    String(each.healthyBeyondStores),
  ]);
  return alignedTable([columns, ...rows]);
}

/**
 * What was missed, and what is forbidden.
 *
 * @param {readonly FollowedCase[]} results
 * @returns {string}
 */
export function closingText(results) {
  const missed = leaksWithout(results, 'growing').map(
    ({ name, truth, minDetectableBytes }) =>
      `${name} (${truth} B per unit; seen here from ${bytes(minDetectableBytes)} B on)`,
  );
  const unconfirmed = leaksWithout(results, 'leaking').map(({ name }) => name);
  const forbidden = results.flatMap(({ name, problems }) => problems.map((text) => `  ${name}: ${text}`));
  return [
    `Never named within the bounds: ${missed.join(', ') || 'none'}.`,
    `Never leaking within the bounds: ${unconfirmed.join(', ') || 'none'}.`,
    forbidden.length > 0 ? `Forbidden:\n${forbidden.join('\n')}` : 'Nothing innocent was leaking.',
  ].join('\n');
}

/** @param {readonly FollowedCase[]} results @param {'growing' | 'leaking'} verdict */
function leaksWithout(results, verdict) {
  return results.flatMap(({ name, leaks }) =>
    leaks.filter((leak) => leak[verdict] === null).map((leak) => ({ name, ...leak })),
  );
}

/** @param {Mark | null | undefined} mark */
function at(mark) {
  return mark ? `${mark.units} (${mark.seconds.toFixed(0)} s)` : 'never';
}

/** @param {number | null | undefined} value */
function bytes(value) {
  return value == null ? '-' : String(Math.round(value));
}

/** @param {number} value */
function finite(value) {
  return Number.isFinite(value) ? String(Math.round(value)) : 'never';
}
