/** What the bench prints. */
import { MAX_JOBS } from './variants.mjs';

const GOAL_DENT = 0.05;
const GOAL_SIZE_MS = 20;
const MB = 2 ** 20;

const ratio = (/** @type {import('../overhead/statistics.mjs').Estimate} */ { value, low, high }) =>
  `${value.toFixed(3)} [${low.toFixed(3)} .. ${high.toFixed(3)}]`;

/** @param {number} size @param {import('./compare.mjs').CostRow[]} rows */
export function costText(size, rows) {
  const head = `${'variant'.padEnd(48)} CPU ms/job   jobs/s   recycled   CPU against Worker         jobs/s against Worker`;
  const lines = rows.map(
    ({ title, cpuMsPerJob, jobsPerSecond, recycledPerBatch, ratio: against, cpuMsPerRecycle }) =>
      [
        title.padEnd(48),
        cpuMsPerJob.toFixed(2).padStart(10),
        jobsPerSecond.toFixed(0).padStart(8),
        String(recycledPerBatch).padStart(10),
        `  ${against === null ? '1' : `${ratio(against.cpu).padEnd(26)} ${ratio(against.pace)}`}`,
        cpuMsPerRecycle === null ? '' : `  ${cpuMsPerRecycle.toFixed(0)} ms CPU per recycle`,
      ].join(' '),
  );
  return [`Jobs of ${size} ms CPU`, head, ...lines, ...goal(size, rows)].join('\n');
}

/** @param {number} size @param {import('./compare.mjs').CostRow[]} rows */
function goal(size, rows) {
  if (size !== GOAL_SIZE_MS) return [];
  return rows
    .filter(({ title, ratio: against }) => title.includes(`recycled at ${MAX_JOBS}`) && against !== null)
    .map(({ title, ratio: against }) => {
      const { low = 0, high = 0 } = against?.cpu ?? {};
      const met =
        high - 1 <= GOAL_DENT ? 'met' : low - 1 > GOAL_DENT ? 'missed' : 'open, the interval holds it';
      return `goal (dent <= 5 % at ${GOAL_SIZE_MS} ms and ${MAX_JOBS} jobs), ${title}: ${met}`;
    });
}

/** @param {import('./plot.mjs').MemoryRun[]} runs @param {number} jobs @param {string} svg */
export function memoryText(runs, jobs, svg) {
  const lines = runs.map(({ title, rss, recycled }) => {
    const at = (/** @type {number} */ share) => rss[Math.floor(share * (rss.length - 1))]?.bytes ?? 0;
    const peak = Math.max(...rss.map(({ bytes }) => bytes));
    const points = [0.25, 0.5, 0.75, 1].map((share) => `${(at(share) / MB).toFixed(0).padStart(5)}`);
    return `${title.padEnd(48)} ${points.join(' ')} ${(peak / MB).toFixed(0).padStart(6)} ${String(recycled).padStart(9)}`;
  });
  const head = `${''.padEnd(48)}   1/4   1/2   3/4   end   peak  recycled`;
  return [
    `Resident MB of the process tree over ${jobs} jobs that keep about 20 KB each`,
    head,
    ...lines,
    `drawn in ${svg}`,
  ].join('\n');
}
