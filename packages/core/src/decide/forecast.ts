import jStat from 'jstat';
import { LevelShift } from '../attribute/level-shift.ts';
import { BlockMinimum } from '../measure/block-minimum.ts';
import type { FloorRow } from '../measure/floor-history.ts';
import { fitTrend, levelAhead, type TrendFit, type TrendHypothesis, type TrendRow } from './local-trend.ts';

/** When the heap reaches a limit, milliseconds from now. */
export interface Crossing {
  inMs: number;
  /** Central interval at the confidence asked for. */
  intervalMs: [low: number, high: number];
}

/** Fewer rows say too little of the noise. */
const MIN_ROWS = 8;

/**
 * Random walk of the level per row against the noise of a row, as variances, with prior probabilities: traces of live
 * servers had 0.005 to 0.05. The last is a walk without noise.
 */
const LEVEL_WALKS: readonly { noise: number; levelWalk: number; prior: number }[] = [
  { noise: 1, levelWalk: 0, prior: 0.3 },
  { noise: 1, levelWalk: 0.004, prior: 0.2 },
  { noise: 1, levelWalk: 0.02, prior: 0.15 },
  { noise: 1, levelWalk: 0.1, prior: 0.12 },
  { noise: 1, levelWalk: 0.5, prior: 0.1 },
  { noise: 1, levelWalk: 3, prior: 0.08 },
  { noise: 0, levelWalk: 1, prior: 0.05 },
];

/** How the rate may vary about its mean: standard deviation as a share of the mean slope, memory in rows. */
const DEVIATIONS: readonly { share: number; memory: number }[] = [
  { share: 0.25, memory: 4 },
  { share: 0.5, memory: 4 },
  { share: 0.25, memory: 15 },
  { share: 0.5, memory: 15 },
  { share: 0.25, memory: 50 },
  { share: 0.5, memory: 50 },
];
/** How fast a store may fill: memory as a share of the time of all rows. */
const FILLINGS: readonly number[] = [0.04, 0.07, 0.12, 0.2, 0.35];
/** The surplus with which filling may begin, as a multiple of the mean slope. */
const FILLING_SCALE = 3;
/** Moments at which a turn of the slope is looked for at first, and the rows that must follow: a later turn could not be told from noise. */
const TURNS = 12;
const ROWS_AFTER_TURN = 8;
/** Prior probabilities: the rate is constant, varies about a constant, comes down to one, has turned. */
const PRIOR = { constant: 0.3, varying: 0.4, filling: 0.15, turned: 0.15 };

/** No floor is known better than this. */
const MIN_NOISE_BYTES = 1024;

/** Hypotheses below this share of the best one's weight are left out. */
const NEGLIGIBLE = 1e-3;

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
  const fits = weighted(trend, Math.max(roughness(kept), MIN_NOISE_BYTES ** 2));
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

/** Rows of which the least may be taken for all. */
const BLOCK = 3;
/** The least of three normal deviates lies 0.846 below the mean and has a standard deviation of 0.748. */
const LEAST_BIAS: number = 0.846 / 0.748;

/**
 * Single rows, or the least of every three where that leaves less noise than three rows averaged: floating garbage
 * pushes a floor up and never down, other noise goes both ways.
 */
function quieter(rows: readonly FloorRow[]): readonly FloorRow[] {
  // Least against the leak's own line: of three rows of a fast leak the first would always be the least.
  const [first, last] = [rows[0]!, rows.at(-1)!];
  const slope = (last.value - first.value) / Math.max(last.timeMs - first.timeMs, 1e-6);
  const block = new BlockMinimum<{ value: number; row: FloorRow }>(BLOCK);
  const minima = rows
    .map((row) => block.push({ value: row.value - slope * row.timeMs, row }))
    .filter((least) => least !== null)
    .map((least) => least.row);
  const noise = minima.length < MIN_ROWS ? Number.POSITIVE_INFINITY : roughness(minima);
  if (noise >= roughness(rows) / BLOCK) return rows;
  const bias = LEAST_BIAS * Math.sqrt(noise);
  return minima.map(({ timeMs, value }) => ({ timeMs, value: value + bias }));
}

/** Noise of one row as a variance, if all of it were white: how far rows lie off the line between their neighbours. */
function roughness(rows: readonly FloorRow[]): number {
  let sum = 0;
  for (let k = 2; k < rows.length; k += 1) {
    const [before, row, after] = [rows[k - 2]!, rows[k - 1]!, rows[k]!];
    const share = (row.timeMs - before.timeMs) / Math.max(after.timeMs - before.timeMs, 1e-6);
    const off = row.value - before.value - share * (after.value - before.value);
    sum += (off * off) / (1 + share * share + (1 - share) * (1 - share));
  }
  return sum / (rows.length - 2);
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

interface Weighted {
  fit: TrendFit;
  /** Posterior probability of its hypothesis. */
  weight: number;
}

function weighted(rows: readonly TrendRow[], rowVariance: number): Weighted[] {
  const fits = LEVEL_WALKS.flatMap(({ noise, levelWalk, prior }) => {
    // Off the line between its neighbours a row lies by its noise and by half of the walk on either side.
    const unitVariance = rowVariance / (noise + levelWalk / 3);
    const found = fitsOf(rows, noise, levelWalk, unitVariance);
    return found.map(({ fit, logWeight }) => ({ fit, logWeight: logWeight + Math.log(prior) }));
  });
  const best = Math.max(...fits.map(({ logWeight }) => logWeight));
  const kept = fits
    .map(({ fit, logWeight }) => ({ fit, weight: Math.exp(logWeight - best) }))
    .filter(({ weight }) => weight > NEGLIGIBLE);
  const total = kept.reduce((sum, { weight }) => sum + weight, 0);
  return kept.map(({ fit, weight }) => ({ fit, weight: weight / total }));
}

/** The hypotheses about the slope, given one about the level. */
function fitsOf(rows: readonly TrendRow[], noise: number, levelWalk: number, unitVariance: number): Scored[] {
  const straight = fitTrend(rows, {
    noise,
    levelWalk,
    deviation: 0,
    startDeviation: 0,
    memory: 1,
    turn: -1,
    turnVariance: 0,
  });
  if (straight.degreesOfFreedom < MIN_ROWS / 2) return [];
  const span = rows.at(-1)!.time;
  const slope = (rows.at(-1)!.value - rows[0]!.value) / span;
  // Turns and variation are thought of in terms of the mean slope; the filter counts in variances of the noise.
  const slopeVariance = (slope * slope) / unitVariance;
  const fit = (change: Partial<TrendHypothesis>, prior: number) => {
    const found = fitTrend(rows, { ...straight.hypothesis, ...change });
    return { fit: found, logWeight: found.logLikelihood + Math.log(prior) };
  };
  const varying = (variance: number, memory: number) =>
    fit({ deviation: variance, startDeviation: variance, memory }, PRIOR.varying / DEVIATIONS.length);
  const turned = (turn: number) => fit({ turn, turnVariance: slopeVariance }, PRIOR.turned / rows.length);
  return [
    { fit: straight, logWeight: straight.logLikelihood + Math.log(PRIOR.constant) },
    ...DEVIATIONS.map(({ share, memory }) => varying(share * share * slopeVariance, memory)),
    ...FILLINGS.map((share) =>
      fit(
        { startDeviation: FILLING_SCALE ** 2 * slopeVariance, memory: share * span },
        PRIOR.filling / FILLINGS.length,
      ),
    ),
    ...turns(rows.length, turned),
  ];
}

interface Scored {
  fit: TrendFit;
  logWeight: number;
}

/** Looks for a turn in coarse steps, then ever finer around the best: a misplaced one reads as noise. */
function turns(rows: number, turned: (turn: number) => Scored): Scored[] {
  const [first, last] = [3, rows - ROWS_AFTER_TURN];
  const found = new Map<number, Scored>();
  let [from, to] = [first, last];
  for (let step = Math.ceil((last - first) / TURNS); step >= 1; step = step === 1 ? 0 : Math.ceil(step / 4)) {
    for (let turn = from; turn <= to; turn += step) if (!found.has(turn)) found.set(turn, turned(turn));
    let best = from;
    for (const [turn, { logWeight }] of found) if (logWeight > found.get(best)!.logWeight) best = turn;
    [from, to] = [Math.max(first, best - step), Math.min(last, best + step)];
  }
  return [...found.values()];
}

/** The hypotheses are a coarse net over what happens: without this the 90 % intervals held the truth in 87 %. */
const COARSENESS = 1.1;

function probabilityAbove(fits: readonly Weighted[], limit: number, ahead: number): number {
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
