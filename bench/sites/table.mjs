import { alignedTable } from '../../test/corpus/result-table.mjs';
import { shares } from './apps/index.mjs';

/**
 * @typedef {import('./run.mjs').LeakResult} LeakResult
 * @typedef {import('./run.mjs').HealthyResult} HealthyResult
 * @typedef {import('./judge.mjs').Mark} Mark
 */

const LEAK_COLUMNS = [
  'app',
  'leak',
  'of',
  'true B',
  'kept MB',
  'route at',
  'function at',
  'allocating at',
  'verdict',
  'B/unit (95 %)',
  'covers',
  'site',
  'wrong routes',
  'wrong functions',
  'sign test',
  'plain diff',
];

/** One line a leak. Units of the whole run / of the leaking route. @param {readonly LeakResult[]} results */
export function leakTable(results) {
  return alignedTable([LEAK_COLUMNS, ...results.map(leakCells)]);
}

/** @param {LeakResult} result */
function leakCells({ case: { app, leak }, judged, rivals, bytes, keptBytes }) {
  const { kind, bytes: nominal, route } = /** @type {import('./cases.mjs').Leak} */ (leak);
  return [
    app,
    `${kind} ${nominal}`,
    `${shares[route]} %`,
    kind === 'buffer' ? `${rounded(bytes.external)}+${rounded(bytes.heap)}` : rounded(bytes.heap),
    (keptBytes / 2 ** 20).toFixed(1),
    mark(judged.route),
    mark(judged.fn),
    mark(judged.exact),
    `${judged.verdict}${judged.isFirst || judged.verdict === 'stable' ? '' : ', not first'}`,
    judged.ci95 ? `${rounded(judged.bytesPerUnit)} (${judged.ci95.map(rounded).join('..')})` : '-',
    judged.covers === null ? '-' : judged.covers ? 'yes' : 'NO',
    `${judged.site}: ${judged.siteText}`,
    accusedText(judged.wrongRoutes),
    accusedText(judged.wrongSites),
    rivalText(rivals['sign test']),
    rivalText(rivals['plain diff']),
  ];
}

/** One line a healthy app. @param {readonly HealthyResult[]} results */
export function healthyTable(results) {
  const columns = [
    'app',
    'seed',
    'accused',
    'functions named',
    'at the end',
    'sign test names',
    'plain diff names',
  ];
  const rows = results.map(({ case: { app, seed }, judged, rivals }) => [
    app,
    String(seed),
    accusedText(judged.accused),
    accusedText(judged.sites),
    judged.atEnd.join(', ') || '-',
    namesText(rivals['sign test']),
    namesText(rivals['plain diff']),
  ]);
  return alignedTable([columns, ...rows]);
}

/**
 * The shares that count, over leaks whose whole growth in the run was above the guard's `minTotalBytes`, and over the others: of those
 * it says nothing on purpose.
 *
 * @param {readonly LeakResult[]} results
 * @param {number} minTotalBytes
 */
export function leakSummary(results, minTotalBytes) {
  const large = results.filter(({ keptBytes }) => keptBytes >= minTotalBytes);
  const small = results.filter(({ keptBytes }) => keptBytes < minTotalBytes);
  const lines = [
    `${large.length} leaks that kept ${minTotalBytes / 2 ** 20} MB or more in the run:`,
    ...summaryLines(large),
  ];
  if (small.length > 0)
    lines.push(
      `${small.length} that kept less: route named ${count(small, ({ judged }) => judged.route !== null)}, ` +
        `another route accused ${count(small, ({ judged }) => hasAny(judged.wrongRoutes))}`,
    );
  return lines.join('\n');
}

/** @param {readonly LeakResult[]} results */
function summaryLines(results) {
  const of = results.length;
  const sized = results.filter(({ judged }) => judged.covers !== null);
  const errors = sized.map(({ judged }) => Math.abs(judged.error ?? 0));
  const medianUnits = (/** @type {(result: LeakResult) => Mark | null} */ markOf) =>
    units(median(results.map((result) => markOf(result)?.units ?? Number.POSITIVE_INFINITY)));
  const lines = [
    `  leakguard: route first at the end ${count(results, ({ judged }) => judged.isFirst)}/${of}, ever ${count(results, ({ judged }) => judged.route !== null)}` +
      ` (median ${medianUnits(({ judged }) => judged.route)} units), leaking ${count(results, ({ judged }) => judged.leaking !== null)};` +
      ` function right at the end ${count(results, ({ judged }) => judged.site === 'right')}/${of}, wrong ${count(results, ({ judged }) => judged.site === 'wrong')}` +
      ` (first right: median ${medianUnits(({ judged }) => judged.fn)} units; the allocating one itself ${count(results, ({ judged }) => judged.exact !== null)});` +
      ` another route ever accused ${count(results, ({ judged }) => hasAny(judged.wrongRoutes))}, leaking ${count(results, ({ judged }) => hasLeaking(judged.wrongRoutes))};` +
      ` 95 % interval holds the truth ${count(sized, ({ judged }) => judged.covers === true)}/${sized.length}, median error ${percent(median(errors))}`,
  ];
  for (const rival of ['sign test', 'plain diff']) {
    const judged = results.map(
      ({ rivals }) => /** @type {import('./judge.mjs').RivalJudged} */ (rivals[rival]),
    );
    lines.push(
      `  ${rival}: route right at the end ${count(judged, ({ routeStays }) => routeStays !== null)}/${of}` +
        ` (stays right from: median ${units(median(judged.map(({ routeStays }) => routeStays?.units ?? Number.POSITIVE_INFINITY)))} units);` +
        ` function ${count(judged, ({ fnStays }) => fnStays !== null)}/${of}` +
        ` (median ${units(median(judged.map(({ fnStays }) => fnStays?.units ?? Number.POSITIVE_INFINITY)))});` +
        ` another route ever named ${count(judged, ({ wrongRoutes }) => wrongRoutes.length > 0)}, another function ${count(judged, ({ wrongFunctions }) => wrongFunctions.length > 0)}`,
    );
  }
  return lines;
}

/** @param {readonly HealthyResult[]} results */
export function healthySummary(results) {
  const of = results.length;
  const namesAny = (/** @type {string} */ rival) =>
    count(
      results,
      ({ rivals }) =>
        (rivals[rival]?.wrongRoutes.length ?? 0) + (rivals[rival]?.wrongFunctions.length ?? 0) > 0,
    );
  return (
    `${of} healthy runs: ever leaking ${count(results, ({ judged }) => hasLeaking(judged.accused))}, ever growing ${count(results, ({ judged }) => hasAny(judged.accused))}` +
    ` (at the end ${count(results, ({ judged }) => judged.atEnd.length > 0)}), a function named ${count(results, ({ judged }) => hasAny(judged.sites))};` +
    ` sign test names somebody in ${namesAny('sign test')}, plain diff in ${namesAny('plain diff')}`
  );
}

/** @template T @param {readonly T[]} list @param {(item: T) => boolean} holds */
function count(list, holds) {
  return list.filter(holds).length;
}

/** @param {Record<string, import('./judge.mjs').Accused>} accused */
function hasAny(accused) {
  return Object.keys(accused).length > 0;
}

/** @param {Record<string, import('./judge.mjs').Accused>} accused */
function hasLeaking(accused) {
  return Object.values(accused).some(({ verdict }) => verdict === 'leaking');
}

/** @param {Record<string, import('./judge.mjs').Accused>} accused */
function accusedText(accused) {
  const texts = Object.entries(accused).map(
    ([name, { verdict, from, to }]) =>
      `${name} ${verdict === 'leaking' ? 'LEAKING' : verdict} ${from}..${to}`,
  );
  return texts.join('; ') || '-';
}

/** @param {import('./judge.mjs').RivalJudged | undefined} judged */
function rivalText(judged) {
  return judged
    ? `${mark(judged.routeStays)}, ${mark(judged.fnStays)}, wrong ${judged.wrongRoutes.length}, ${judged.wrongFunctions.length}`
    : '-';
}

/** @param {import('./judge.mjs').RivalJudged | undefined} judged */
function namesText(judged) {
  return [...(judged?.wrongRoutes ?? []), ...(judged?.wrongFunctions ?? [])].slice(0, 3).join(', ') || '-';
}

/** @param {Mark | null} mark */
function mark(mark) {
  return mark === null ? '-' : `${mark.units}/${mark.ofRoute}`;
}

/** @param {number | null} value */
function rounded(value) {
  return value === null ? '-' : String(Math.round(value));
}

/** @param {number} value */
function units(value) {
  return Number.isFinite(value) ? String(value) : 'never';
}

/** @param {number} value */
function percent(value) {
  return Number.isFinite(value) ? `${(100 * value).toFixed(0)} %` : '-';
}

/** @param {readonly number[]} values @returns {number} the upper middle of an even number; `Infinity` of none */
function median(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.POSITIVE_INFINITY;
}
