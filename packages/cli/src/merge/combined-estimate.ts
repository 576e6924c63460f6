/** Two-sided 95 % quantile of the normal distribution, by which a ci95 is made and read. */
const Z95 = 1.959964;

/** Bytes per unit with its 95 % interval; null where no estimate had an interval. */
export interface CombinedEstimate {
  bytesPerUnit: number;
  ci95: [number, number] | null;
}

/**
 * One estimate from those of several processes: the mean weighted by precision (1 / variance, from the interval), its standard error multiplied by the
 * Birge ratio sqrt(Q / (k - 1)) where that is above 1, so that processes which disagree widen it instead of each making it narrower.
 * Never narrower than the fixed-effect interval. R. T. Birge, Phys. Rev. 40 (1932) 207; the scale factor of the Particle Data Group.
 *
 * Chosen over DerSimonian-Laird because it needs only running sums (West's update), so a log may name any number of processes; like every
 * such factor it is itself uncertain for two or three processes.
 */
export class EstimateSum {
  #weight = 0;
  #mean = 0;
  /** Sum of weight x squared deviation: Cochran's Q. */
  #deviance = 0;
  #count = 0;
  #plainWeight = 0;
  #plainMean = 0;
  #latest: [number, number] | null = null;

  /** @param units weigh estimates that have no interval; those are used only if none has one */
  add(bytesPerUnit: number, ci95: readonly [number, number] | null, units: number): void {
    const plain = Math.max(units, 1);
    this.#plainWeight += plain;
    this.#plainMean += (plain / this.#plainWeight) * (bytesPerUnit - this.#plainMean);
    if (ci95 === null) return;
    this.#latest = [ci95[0], ci95[1]];
    const weight = 1 / standardError(bytesPerUnit, ci95) ** 2;
    const before = bytesPerUnit - this.#mean;
    this.#weight += weight;
    this.#mean += (weight / this.#weight) * before;
    // Rounding can turn a term that is nearly 0 negative, and the square root of the sum into NaN.
    this.#deviance += Math.max(0, weight * before * (bytesPerUnit - this.#mean));
    this.#count += 1;
  }

  /** Null where nothing was added. The lower end is not below 0, as in the report of one process. */
  combined(): CombinedEstimate | null {
    if (this.#plainWeight === 0) return null;
    if (this.#count === 0) return { bytesPerUnit: this.#plainMean, ci95: null };
    if (this.#count === 1) return { bytesPerUnit: this.#mean, ci95: this.#latest };
    const birge = Math.max(1, Math.sqrt(this.#deviance / (this.#count - 1)));
    const half = (Z95 * birge) / Math.sqrt(this.#weight);
    return { bytesPerUnit: this.#mean, ci95: [Math.max(0, this.#mean - half), this.#mean + half] };
  }
}

/**
 * The upper half of the interval, because the lower one may have been cut at 0. An interval without width counts as one of a millionth,
 * or it would silence all others.
 */
function standardError(bytesPerUnit: number, [low, high]: readonly [number, number]): number {
  const half = high > bytesPerUnit ? high - bytesPerUnit : (high - low) / 2;
  return Math.max(half / Z95, Math.abs(bytesPerUnit) * 1e-6, 1e-6);
}
