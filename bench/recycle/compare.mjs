import { bootstrap, mapEstimate, median, trimmedMean } from '../overhead/statistics.mjs';
import { VARIANTS } from './variants.mjs';

/**
 * @typedef {import('../overhead/statistics.mjs').Estimate} Estimate
 * @typedef {object} CostRow
 * @property {string} title
 * @property {number} cpuMsPerJob median of the rounds
 * @property {number} jobsPerSecond median of the rounds
 * @property {number} recycledPerBatch median of the rounds
 * @property {{ against: string, cpu: Estimate, pace: Estimate } | null} ratio CPU per job and jobs per second over those of the variant it is compared with, round by round
 * @property {number | null} cpuMsPerRecycle what one recycle adds, where any happened
 */

/**
 * Every variant against its own rival of the same round, so that whatever else disturbs the machine hits both. The mean of
 * the rounds' log ratios, trimmed, with a bootstrap 95 % interval over the rounds.
 *
 * @param {Record<string, import('./batch.mjs').Batch[]>} results by variant, then by round
 * @returns {CostRow[]}
 */
export function compare(results) {
  return Object.entries(VARIANTS).map(([name, { title, against }]) => {
    const own = results[name] ?? [];
    const rival = against === undefined ? undefined : results[against];
    const jobs = own[0]?.jobs ?? 0;
    return {
      title,
      cpuMsPerJob: median(own.map(({ cpuMs }) => cpuMs / jobs)),
      jobsPerSecond: median(own.map(({ wallMs }) => (1000 * jobs) / wallMs)),
      recycledPerBatch: median(own.map(({ recycled }) => recycled)),
      ratio:
        rival === undefined ? null : { against: VARIANTS[against ?? '']?.title ?? '', ...ratios(own, rival) },
      cpuMsPerRecycle: rival === undefined ? null : perRecycle(own, rival),
    };
  });
}

/** @param {import('./batch.mjs').Batch[]} own @param {import('./batch.mjs').Batch[]} rival */
function ratios(own, rival) {
  const logs = (/** @type {(batch: import('./batch.mjs').Batch) => number} */ figure) =>
    own.map((batch, round) =>
      Math.log(figure(batch) / figure(/** @type {import('./batch.mjs').Batch} */ (rival[round]))),
    );
  const estimate = (/** @type {number[]} */ values) =>
    mapEstimate(bootstrap(values, trimmedMean, Math.random), Math.exp);
  return { cpu: estimate(logs(({ cpuMs }) => cpuMs)), pace: estimate(logs(({ wallMs }) => 1 / wallMs)) };
}

/** @param {import('./batch.mjs').Batch[]} own @param {import('./batch.mjs').Batch[]} rival */
function perRecycle(own, rival) {
  if (own.some(({ recycled }) => recycled === 0)) return null;
  return median(own.map(({ cpuMs, recycled }, round) => (cpuMs - (rival[round]?.cpuMs ?? 0)) / recycled));
}
