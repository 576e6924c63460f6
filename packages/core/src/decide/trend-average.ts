import { fitTrend, type TrendFit, type TrendHypothesis, type TrendRow } from './local-trend.ts';

/** Innovations without which a hypothesis says nothing of its noise. */
const MIN_COUNTED = 4;

/**
 * Random walk of the level per row against the noise of a row, as variances, with prior probabilities that favour
 * little walk. The last is a walk without noise.
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

/** Hypotheses below this share of the best one's weight are left out. */
const NEGLIGIBLE = 1e-3;

export interface WeighedTrend {
  fit: TrendFit;
  /** Posterior probability of its hypothesis. */
  weight: number;
}

/**
 * Bayesian model averaging over local linear trends: how the level is disturbed times how its rate behaves. Every
 * hypothesis is weighed by how well it explains the rows and by its prior; negligible ones are left out.
 *
 * @param rows oldest first, time in median gaps
 * @param rowVariance noise of one row if all of it were white, see `roughness`
 */
export function weighTrends(rows: readonly TrendRow[], rowVariance: number): WeighedTrend[] {
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
  if (straight.degreesOfFreedom < MIN_COUNTED) return [];
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
