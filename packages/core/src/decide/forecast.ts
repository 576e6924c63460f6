import jStat from 'jstat';
import { LevelShift } from '../attribute/level-shift.ts';
import type { FloorRow } from '../measure/floor-history.ts';
import { levelAhead, type TrendRow } from './local-trend.ts';
import { quieter, roughness } from './quieter-rows.ts';
import { type WeighedTrend, weighTrends } from './trend-average.ts';

/** When the heap reaches a limit, milliseconds from now. */
export interface Crossing {
  inMs: number;
  /** Central interval at the confidence asked for. */
  intervalMs: [low: number, high: number];
}

/** Fewer rows say too little of the noise. */
const MIN_ROWS = 8;

/** No floor is known better than this. */
const MIN_NOISE_BYTES = 1024;

/** Beyond this nothing is said: no process runs on unchanged for longer. */
const HORIZON_MS: number = 30 * 24 * 3_600_000;

/**
 * When the live heap, going on as it does now, reaches the limit: the predictive distribution of the level, mixed over
 * hypotheses about its noise and its slope by how well each explains the rows (Bayesian model averaging over local
 * linear trends), inverted for time. So the interval holds the uncertainty of level and slope now, of the noise model,
 * and the random walk still to come. It takes P(level >= limit at t) for P(reached by t), which differ by little as
 * long as the slope is what carries the level there.
 *
 * @param rows live heap in bytes, oldest first
 * @param nowMs same clock as the rows
 * @param confidence of the interval, 0 to 1
 * @returns null with fewer than eight rows, or where the interval does not exclude that it never happens (within 30 days)
 */
export function forecastCrossing(
  rows: readonly FloorRow[],
  limitBytes: number,
  nowMs: number,
  confidence = 0.95,
): Crossing | null {
  if (rows.length < MIN_ROWS) return null;
  const kept = quieter(rows);
  const { trend, unitMs } = scaled(kept);
  const fits = weighTrends(trend, Math.max(roughness(kept), MIN_NOISE_BYTES ** 2));
  if (fits.length === 0) return null;
  const lastMs = kept.at(-1)!.timeMs;
  const reached = (ahead: number): number => probabilityAbove(fits, limitBytes, ahead);
  const at = (probability: number): number | null => {
    const ahead = firstAhead(reached, probability, HORIZON_MS / unitMs);
    return ahead === null ? null : Math.max(0, lastMs + ahead * unitMs - nowMs);
  };
  const tail = (1 - confidence) / 2;
  const high = at(1 - tail);
  if (high === null) return null;
  return { inMs: at(0.5)!, intervalMs: [at(tail)!, high] };
}

/** Times in median gaps between rows, so that walks per unit of time are walks per row. */
function scaled(rows: readonly FloorRow[]): { trend: TrendRow[]; unitMs: number } {
  const gaps = rows.slice(1).map((row, k) => row.timeMs - rows[k]!.timeMs);
  const unitMs = Math.max(median(gaps), 1e-3);
  const shift = new LevelShift();
  const trend = rows.map(({ timeMs, value }) => ({
    time: (timeMs - rows[0]!.timeMs) / unitMs,
    value,
    isBreak: shift.isBreak(value),
  }));
  return { trend, unitMs };
}

/** Widens all scales by a tenth: the hypotheses are a coarse net over what happens. Chosen on the bench's tuning seeds. */
const COARSENESS = 1.1;

function probabilityAbove(fits: readonly WeighedTrend[], limit: number, ahead: number): number {
  let sum = 0;
  for (const { fit, weight } of fits) {
    const { mean, scale } = levelAhead(fit, ahead);
    const t = (mean - limit) / Math.max(COARSENESS * scale, Number.MIN_VALUE);
    sum += weight * jStat.studentt.cdf(Math.max(-1e6, Math.min(1e6, t)), fit.degreesOfFreedom);
  }
  return sum;
}

/** Steps of the search: each 15 % further than the one before. */
const STEP = 1.15;

/** The first moment at which the probability is reached, null if it is not within the horizon. */
function firstAhead(reached: (ahead: number) => number, probability: number, horizon: number): number | null {
  if (reached(0) >= probability) return 0;
  let [low, high] = [0, Math.min(0.1, horizon)];
  while (reached(high) < probability) {
    if (high >= horizon) return null;
    [low, high] = [high, Math.min(high * STEP, horizon)];
  }
  for (let halving = 0; halving < 20; halving += 1) {
    const middle = (low + high) / 2;
    if (reached(middle) < probability) low = middle;
    else high = middle;
  }
  return high;
}

function median(values: number[]): number {
  const sorted = values.sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}
