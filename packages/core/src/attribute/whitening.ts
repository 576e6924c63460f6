/**
 * Steady-state gains of the local-level models that are tried side by side: from almost a fixed level (regression
 * on levels) to a pure random walk (regression on differences). Real traces chose 0.4, 0.7 and 1.
 */
export const GAINS: readonly number[] = [0.05, 0.15, 0.4, 0.7, 1];

/** What one step of the filter says about the row that arrives. */
export interface WhiteningStep {
  /** How much of the last innovation stays in this one: innovation = increment + carry * last innovation. */
  carry: number;
  /** Weight of this row's squares: the inverse of its innovation variance, 1 in the steady state. */
  weight: number;
  /** Log of the innovation variance relative to the steady state. */
  logVariance: number;
}

/**
 * Whitens a random-walk level seen through white noise: the Kalman filter of the local-level model with a diffuse
 * start (Durbin & Koopman, Time Series Analysis by State Space Methods, ch. 2). It is linear, so the same step
 * applied to a target and to its regressors is generalised least squares. Written for increments: cumulative counts
 * never have to be kept.
 */
export class WhiteningFilter {
  readonly #walkVariance: number;
  readonly #steadyVariance: number;
  #predictedVariance: number;
  #gain = 1;

  /** @param gain steady-state gain, 0 < gain <= 1 */
  constructor(gain: number) {
    const pureWalk = gain >= 1;
    // In units of the observation noise; for a pure walk there is none and the unit is the walk's own variance.
    this.#walkVariance = pureWalk ? Number.POSITIVE_INFINITY : (gain * gain) / (1 - gain);
    this.#steadyVariance = pureWalk ? 1 : 1 / (1 - gain);
    this.#predictedVariance = 1 + this.#walkVariance;
  }

  /** Advances by one row; the very first row only sets the level and has no step. */
  step(): WhiteningStep {
    const carry = 1 - this.#gain;
    if (this.#walkVariance === Number.POSITIVE_INFINITY) return { carry, weight: 1, logVariance: 0 };
    const variance = this.#predictedVariance + 1;
    this.#gain = this.#predictedVariance / variance;
    this.#predictedVariance = this.#predictedVariance * (1 - this.#gain) + this.#walkVariance;
    const relative = variance / this.#steadyVariance;
    return { carry, weight: 1 / relative, logVariance: Math.log(relative) };
  }
}
