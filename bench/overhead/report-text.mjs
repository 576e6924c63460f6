/** What the bench prints. */

/** Goals of DESIGN.md section 5. */
const GOAL_MICROS = 1.5;
const GOAL_SHARE = 0.01;

const percent = (share, digits = 1) => `${(100 * share).toFixed(digits)} %`;
const signed = (share) => `${share >= 0 ? '+' : ''}${percent(share)}`;

/** @param {import('./isolated.mjs').IsolatedResult} isolated @param {number} bareMicros CPU per request of the real app */
export function isolatedText({ cold, warm, bytes, blocks, starts }, bareMicros) {
  const line = (title, { value, low, high }) =>
    `  ${title.padEnd(34)} ${value.toFixed(2).padStart(6)} us  [${low.toFixed(2)} .. ${high.toFixed(2)}]` +
    `   ${percent(value / bareMicros, 2)} of the bare app's ${bareMicros.toFixed(0)} us per request`;
  return [
    `Isolated: CPU that one unit adds to a request through the router (no network), ${blocks} blocks, ${starts} starts`,
    line('cold, listener and GC included', cold),
    line('warm, one request at a time', warm),
    `  heap per unit, left for the GC     ${bytes.toFixed(0).padStart(6)} B`,
    `  ${goalText(cold, GOAL_MICROS)}`,
  ].join('\n');
}

function goalText({ low, high }, goal) {
  if (high <= goal) return `goal (cold <= ${goal} us): met, all of the interval is below`;
  if (low > goal) return `goal (cold <= ${goal} us): missed, all of the interval is above`;
  return `goal (cold <= ${goal} us): open, the interval holds it`;
}

/** @param {Awaited<ReturnType<import('./ab.mjs').runAb>>} ab */
export function abText({ rows, starts, requestsPerBurst, roundsPerStart }) {
  const head = `A/B: CPU of the server process per request against the bare server, ${starts} starts of ${roundsPerStart} rounds, ${requestsPerBurst} requests per burst`;
  const columns = `  ${'variant'.padEnd(30)} ${'starts'.padStart(6)} ${'bursts'.padStart(6)} ${'us/request'.padStart(10)}   ratio   95 % interval`;
  return [head, columns, ...rows.map(rowText), '', claimText(rows)].join('\n');
}

function rowText({ title, starts, bursts, microsPerRequest, ratio }) {
  const left = `  ${title.padEnd(30)} ${String(starts).padStart(6)} ${String(bursts).padStart(6)} ${microsPerRequest.toFixed(1).padStart(10)}`;
  if (ratio === null) return `${left}   1`;
  return `${left}   ${ratio.value.toFixed(3)}   [${ratio.low.toFixed(3)} .. ${ratio.high.toFixed(3)}]`;
}

/** The farthest that two servers of one program can seem apart here. @param {import('./ab.mjs').AbRow[]} rows */
export function resolutionOf(rows) {
  const { low, high } = rows.find(({ variant }) => variant === 'again').ratio;
  return Math.max(Math.abs(low - 1), Math.abs(high - 1));
}

/** @param {import('./ab.mjs').AbRow[]} rows */
function claimText(rows) {
  const resolution = resolutionOf(rows);
  const { value, low, high } = rows.find(({ variant }) => variant === 'leakguard').ratio;
  const told = `leakGuard ${signed(value - 1)} [${signed(low - 1)} .. ${signed(high - 1)}]`;
  const head = `Resolution: two bare servers differ by up to ${percent(resolution)} here.`;
  if (resolution > GOAL_SHARE) {
    const above =
      low - 1 > resolution
        ? ` ${told} is above that: it costs more than the goal of ${percent(GOAL_SHARE, 0)}.`
        : '';
    return `${head} No claim below ${percent(resolution)}.${above}`;
  }
  const met =
    high - 1 <= GOAL_SHARE ? 'met' : low - 1 > GOAL_SHARE ? 'missed' : 'open, the interval holds it';
  return `${head} ${told}: goal of ${percent(GOAL_SHARE, 0)} ${met}.`;
}
