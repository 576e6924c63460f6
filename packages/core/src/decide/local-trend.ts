/** One row of a level that is seen through noise: time in any unit, value in any unit. */
export interface TrendRow {
  time: number;
  value: number;
  /** The level jumped before this row: it is learned anew, the slope is not. */
  isBreak: boolean;
}

/**
 * How a level may move, variances relative to the noise of one row (of the walk where there is no noise):
 * y = level + noise, level' = slope + deviation + walk. The slope is constant or turns once; the deviation decays: it
 * is traffic that varies about its mean (an Ornstein-Uhlenbeck process), or the surplus of a store that is filling.
 */
export interface TrendHypothesis {
  /** Variance of one row's white noise: 1, or 0 for a pure random walk. */
  noise: number;
  /** Variance that the level's random walk gains per unit of time. */
  levelWalk: number;
  /** Variance of the deviation of the rate about the slope in the long run; 0: none, or one that only decays. */
  deviation: number;
  /** Its variance at the first row. */
  startDeviation: number;
  /** Time in which a deviation decays to 1/e. */
  memory: number;
  /** The slope changed before the row of this index, by a jump of variance `turnVariance`; -1: never. */
  turn: number;
  turnVariance: number;
}

/** What one hypothesis makes of the rows. */
export interface TrendFit {
  hypothesis: TrendHypothesis;
  /** Natural logarithm of the marginal likelihood, up to a constant that all hypotheses share. */
  logLikelihood: number;
  /** Degrees of freedom of the Student t predictions. */
  degreesOfFreedom: number;
  /** Estimated variance of the unit in which the hypothesis counts. */
  variance: number;
  /** Level and slope after the last row, and their covariance relative to `variance`. */
  level: number;
  slope: number;
  deviation: number;
  covariance: Covariance;
}

/** Upper triangle of the covariance of level (0), slope (1) and deviation (2). */
interface Covariance {
  p00: number;
  p01: number;
  p02: number;
  p11: number;
  p12: number;
  p22: number;
}

/** Stands for "anything", relative to the noise of a row. */
const DIFFUSE = 1e7;

/**
 * Kalman filter of the local linear trend with a diffuse start and the noise variance integrated out, over rows at
 * irregular times (Harvey, Forecasting, Structural Time Series Models and the Kalman Filter, 1989, ch. 3 and 4; the
 * continuous-time form of the walks is from ch. 9). Innovations that only set a diffuse quantity (the first level,
 * the first slope, a level after a break) do not count.
 *
 * @param rows oldest first, at least five, times increasing
 */
export function fitTrend(rows: readonly TrendRow[], hypothesis: TrendHypothesis): TrendFit {
  const { noise, turn } = hypothesis;
  const state = { level: rows[0]!.value, slope: 0, deviation: 0 };
  const p: Covariance = { p00: noise, p01: 0, p02: 0, p11: DIFFUSE, p12: 0, p22: hypothesis.startDeviation };
  let [squares, logVariances, counted] = [0, 0, 0];
  for (let k = 1; k < rows.length; k += 1) {
    const row = rows[k]!;
    const dt = row.time - rows[k - 1]!.time;
    if (k === turn) turnSlope(p, dt, hypothesis.turnVariance);
    predict(state, p, dt, hypothesis);
    if (row.isBreak) p.p00 += DIFFUSE;
    const innovation = row.value - state.level;
    const variance = p.p00 + noise;
    if (k > 1 && !row.isBreak) {
      squares += (innovation * innovation) / variance;
      logVariances += Math.log(variance);
      counted += 1;
    }
    correct(state, p, innovation, variance);
  }
  const sum = Math.max(squares, Number.MIN_VALUE);
  const logLikelihood = -0.5 * (counted * Math.log(sum) + logVariances);
  return {
    hypothesis,
    logLikelihood,
    degreesOfFreedom: counted,
    variance: sum / counted,
    ...state,
    covariance: p,
  };
}

interface State {
  level: number;
  slope: number;
  deviation: number;
}

/** The slope jumps at an unknown moment of the step, so that the level misses or gains a part of it. */
function turnSlope(p: Covariance, dt: number, turnVariance: number): void {
  p.p11 += turnVariance;
  p.p00 += (turnVariance * dt * dt) / 12;
}

/** One step of time. */
function predict(
  state: State,
  p: Covariance,
  dt: number,
  { levelWalk, deviation, memory }: TrendHypothesis,
): void {
  const keep = Math.exp(-dt / memory);
  const reach = memory * (1 - keep);
  state.level += state.slope * dt + state.deviation * reach;
  state.deviation *= keep;
  p.p00 += 2 * (dt * p.p01 + reach * p.p02 + dt * reach * p.p12) + dt * dt * p.p11 + reach * reach * p.p22;
  p.p00 += levelWalk * dt + deviation * integratedVariance(dt, memory);
  p.p01 += dt * p.p11 + reach * p.p12;
  p.p02 = keep * (p.p02 + dt * p.p12 + reach * p.p22) + deviation * memory * (1 - keep) ** 2;
  p.p12 *= keep;
  p.p22 = keep * keep * p.p22 + (1 - keep * keep) * deviation;
}

function correct(state: State, p: Covariance, innovation: number, variance: number): void {
  const [gain0, gain1, gain2] = [p.p00 / variance, p.p01 / variance, p.p02 / variance];
  state.level += gain0 * innovation;
  state.slope += gain1 * innovation;
  state.deviation += gain2 * innovation;
  p.p11 -= gain1 * p.p01;
  p.p12 -= gain1 * p.p02;
  p.p22 -= gain2 * p.p02;
  p.p01 -= gain0 * p.p01;
  p.p02 -= gain0 * p.p02;
  p.p00 -= gain0 * p.p00;
}

/** The level so long after the last row: mean, and the scale of its Student t distribution. */
export function levelAhead(fit: TrendFit, ahead: number): { mean: number; scale: number } {
  const { p00, p01, p02, p11, p12, p22 } = fit.covariance;
  const { levelWalk, deviation, memory } = fit.hypothesis;
  const decayed = memory * (1 - Math.exp(-ahead / memory));
  const relative =
    p00 +
    2 * (ahead * p01 + decayed * p02 + ahead * decayed * p12) +
    ahead * ahead * p11 +
    decayed * decayed * p22 +
    levelWalk * ahead +
    deviation * integratedVariance(ahead, memory);
  const mean = fit.level + ahead * fit.slope + decayed * fit.deviation;
  return { mean, scale: Math.sqrt(Math.max(0, fit.variance * relative)) };
}

/** Variance of the integral of an Ornstein-Uhlenbeck process of variance 1 over `ahead`, its start known. */
function integratedVariance(ahead: number, memory: number): number {
  const x = ahead / memory;
  return memory * memory * Math.max(0, 2 * x - 3 + 4 * Math.exp(-x) - Math.exp(-2 * x));
}
