import type { GainSums } from './gain-sums.ts';

/** Least-squares fits of every column, one at a time beside the nuisances; NaN where a column cannot be fitted. */
export interface ColumnFits {
  slope: Float64Array;
  /** Residual sum of squares. */
  rss: Float64Array;
  /** Sum of squares of the column that the nuisances do not explain. */
  information: Float64Array;
}

/** Relative ridge: keeps nearly collinear nuisances from blowing up; far below anything measured. */
const RIDGE = 1e-7;

/**
 * Takes the two nuisances (units in flight, logarithmic warm-up) out of target and columns by projection
 * (Frisch-Waugh-Lovell), so that each column's fit needs four sums and no matrix.
 */
export class NuisanceProjection {
  /** Residual sum of squares with the nuisances alone. */
  readonly nullRss: number;
  readonly #sums: GainSums;
  readonly #inverse: readonly [number, number, number];
  readonly #inFlightSlope: number;
  readonly #trendSlope: number;

  constructor(sums: GainSums) {
    this.#sums = sums;
    const { corner } = sums;
    this.#inverse = invertSymmetric(corner.inFlight2, corner.inFlightTrend, corner.trend2);
    const [a, b, d] = this.#inverse;
    this.#inFlightSlope = a * corner.inFlightValue + b * corner.trendValue;
    this.#trendSlope = b * corner.inFlightValue + d * corner.trendValue;
    const explained = this.#inFlightSlope * corner.inFlightValue + this.#trendSlope * corner.trendValue;
    this.nullRss = Math.max(0, corner.value2 - explained);
  }

  /** Fits the first `columns` columns; a column that moved only as the nuisances did, or not at all, stays NaN. */
  fitAll(columns: number): ColumnFits {
    const unfitted = (): Float64Array => new Float64Array(columns).fill(Number.NaN);
    const fits = { slope: unfitted(), rss: unfitted(), information: unfitted() };
    for (let column = 0; column < columns; column++) this.#fit(column, fits);
    return fits;
  }

  #fit(column: number, fits: ColumnFits): void {
    const square = this.#sums.square[column]!;
    if (!(square > 0)) return;
    const withInFlight = this.#sums.withInFlight[column]!;
    const withTrend = this.#sums.withTrend[column]!;
    const [a, b, d] = this.#inverse;
    const explained =
      a * withInFlight * withInFlight + 2 * b * withInFlight * withTrend + d * withTrend * withTrend;
    const information = square - explained;
    if (information < RIDGE * square) return;
    const product =
      this.#sums.withValue[column]! - this.#inFlightSlope * withInFlight - this.#trendSlope * withTrend;
    fits.slope[column] = product / information;
    fits.rss[column] = Math.max(0, this.nullRss - (product * product) / information);
    fits.information[column] = information;
  }
}

/** Inverse of [[a, b], [b, d]] with a relative ridge, as [a', b', d']; zero rows stay out of it. */
function invertSymmetric(a: number, b: number, d: number): readonly [number, number, number] {
  const ra = a * (1 + RIDGE);
  const rd = d * (1 + RIDGE);
  if (a === 0 || d === 0) return [a === 0 ? 0 : 1 / ra, 0, d === 0 ? 0 : 1 / rd];
  const determinant = ra * rd - b * b;
  return [rd / determinant, -b / determinant, ra / determinant];
}
