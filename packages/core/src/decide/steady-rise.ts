import type { Low } from '../measure/thinned-minima.ts';
import { mannKendall, signOfSteps } from './mann-kendall.ts';
import { beyondTraffic } from './traffic-fit.ts';

/** One look at a count, and what the ledger had counted then. */
export interface RiseRow {
  value: number;
  /** Units finished so far. */
  totalUnits: number;
  inFlight: number;
  timeMs: number;
}

/** How a count rises beyond what traffic explains. */
export interface SteadyRise {
  /** By how much it rose over the rows. */
  rise: number;
  /** Per finished unit. */
  perUnit: number;
}

/** Fewer rows say nothing. */
const MIN_ROWS = 16;

/** Below this share of what it rises by per unit the latest quarter has stopped. */
const STOPPED = 0.25;

/** The later half alone, which was not chosen for its rise. */
const HALF_ALPHA = 0.01;

/** Growth has to be at least this share of what traffic moves the count by, whose fit is never exact. */
const SHARE_OF_TRAFFIC = 0.5;

/** Traffic that rises along with the units cannot be told from a leak: this share of their rise has to be without it. */
const APART = 0.15;

/**
 * Does a count rise by itself, at all times, the latest included? What follows units in flight and the rate of units is taken out first.
 * Then it must rise by Mann's and Kendall's test and by the signs of its steps, in the later half too, go on in the latest quarter, and
 * come to more than what the count goes up and down by within a block: what fills and empties can seem to rise from block to block. While traffic itself rises as steadily as the units do, nothing is said.
 *
 * @param rows of blocks, oldest first
 * @param alpha chance of an error that is accepted of each of the two tests; all looks and all counts are the caller's to consider
 * @param minRise a smaller rise is none
 * @returns null if it does not, with fewer than 16 rows, and while no units finish
 */
export function steadyRise(rows: readonly Low<RiseRow>[], alpha: number, minRise: number): SteadyRise | null {
  const [first, last] = [rows[0], rows.at(-1)];
  if (first === undefined || last === undefined || rows.length < MIN_ROWS) return null;
  const units = last.totalUnits - first.totalUnits;
  // Most counts of a healthy process end here, before anything that takes time.
  if (units <= 0 || last.value - Math.min(...rows.map(({ value }) => value)) < minRise) return null;
  const { values, swing, apart } = beyondTraffic(rows);
  if (apart < APART || !isTrend(values, alpha)) return null;
  const points = values.map((value, k) => ({ value, at: rows[k]!.totalUnits }));
  const perUnit = slopeOf(points);
  const rise = perUnit * units;
  if (rise < Math.max(minRise, SHARE_OF_TRAFFIC * swing, swingInBlocks(rows))) return null;
  if (slopeOf(latestOf(points)) < STOPPED * perUnit) return null;
  return { rise, perUnit };
}

function isTrend(values: readonly number[], alpha: number): boolean {
  const coarse = values.flatMap((value, k) => (k % 2 > 0 ? [Math.min(values[k - 1]!, value)] : []));
  return (
    2 * Math.min(signOfSteps(values), signOfSteps(coarse)) < alpha &&
    mannKendall(values) < alpha &&
    mannKendall(values.slice(values.length >> 1)) < HALF_ALPHA
  );
}

/** The usual difference between the highest and the lowest of a block. */
function swingInBlocks(rows: readonly Low<RiseRow>[]): number {
  const swings = rows.map(({ value, highest }) => highest - value).sort((a, b) => a - b);
  return swings[swings.length >> 1]!;
}

/** A value when so much had been done. */
export interface Point {
  value: number;
  at: number;
}

/** What a value rises by, per what was done, lately over before: in the later half over the earlier one, or, if that is less, in the latest quarter over the whole. */
export function paceOf(points: readonly Point[]): number {
  const middle = points.length >> 1;
  const half = ratio(slopeOf(points.slice(middle)), slopeOf(points.slice(0, middle)));
  return Math.min(half, ratio(slopeOf(latestOf(points)), slopeOf(points)));
}

function ratio(late: number, early: number): number {
  return late / Math.max(early, Number.MIN_VALUE);
}

function latestOf(points: readonly Point[]): readonly Point[] {
  return points.slice(-(points.length >> 2));
}

/** The median of the slopes between all pairs (Theil and Sen): a few odd values do not move it. */
function slopeOf(points: readonly Point[]): number {
  const slopes = new Float64Array((points.length * (points.length - 1)) / 2);
  let count = 0;
  for (const [k, late] of points.entries()) {
    for (let i = 0; i < k; i++) {
      const early = points[i]!;
      if (late.at > early.at) slopes[count++] = (late.value - early.value) / (late.at - early.at);
    }
  }
  return slopes.subarray(0, count).sort()[count >> 1] ?? 0;
}
