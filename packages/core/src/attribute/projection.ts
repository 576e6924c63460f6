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
 * Takes the nuisances (units in flight, logarithmic warm-up, sources whose growth is known) out of target and columns
 * by projection (Frisch-Waugh-Lovell), so that each column's fit needs a few sums and no matrix of columns.
 */
export class NuisanceProjection {
  /** Residual sum of squares with the nuisances alone. */
  readonly nullRss: number;
  readonly #sums: GainSums;
  readonly #inverse: readonly (readonly number[])[];
  readonly #slopes: readonly number[];

  constructor(sums: GainSums) {
    this.#sums = sums;
    const { corner, known } = sums;
    const gram = [
      [corner.inFlight2, corner.inFlightTrend],
      [corner.inFlightTrend, corner.trend2],
      ...known.map((column) => nuisancesWith(sums, column)),
    ];
    for (const [k, row] of gram.slice(2).entries()) {
      gram[0]![k + 2] = row[0]!;
      gram[1]![k + 2] = row[1]!;
    }
    const values = [
      corner.inFlightValue,
      corner.trendValue,
      ...known.map((column) => sums.withValue[column]!),
    ];
    this.#inverse = invert(gram);
    this.#slopes = this.#inverse.map((row) => dot(row, values));
    this.nullRss = Math.max(0, corner.value2 - dot(this.#slopes, values));
  }

  /** Fits the first `columns` columns; a column that moved only as the nuisances did, or not at all, stays NaN. */
  fitAll(columns: number): ColumnFits {
    const unfitted = (): Float64Array => new Float64Array(columns).fill(Number.NaN);
    const fits = { slope: unfitted(), rss: unfitted(), information: unfitted() };
    for (let column = 0; column < columns; column++) {
      if (!this.#sums.known.includes(column)) this.#fit(column, fits);
    }
    return fits;
  }

  #fit(column: number, fits: ColumnFits): void {
    const square = this.#sums.square[column]!;
    if (!(square > 0)) return;
    const shared = nuisancesWith(this.#sums, column);
    let explained = 0;
    for (const [n, row] of this.#inverse.entries()) explained += shared[n]! * dot(row, shared);
    const information = square - explained;
    if (information < RIDGE * square) return;
    const product = this.#sums.withValue[column]! - dot(this.#slopes, shared);
    fits.slope[column] = product / information;
    fits.rss[column] = Math.max(0, this.nullRss - (product * product) / information);
    fits.information[column] = information;
  }
}

/** The products of one column with every nuisance. */
function nuisancesWith(sums: GainSums, column: number): number[] {
  const shared = [sums.withInFlight[column]!, sums.withTrend[column]!];
  for (const products of sums.withKnown) shared.push(products[column]!);
  return shared;
}

function dot(a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  for (let n = 0; n < a.length; n++) sum += a[n]! * b[n]!;
  return sum;
}

/** Inverse of a small Gram matrix with a relative ridge, by Gauss-Jordan; nuisances that never moved stay out of it. */
function invert(gram: readonly (readonly number[])[]): number[][] {
  const size = gram.length;
  const rows = gram.map((row, n) => [
    ...row.map((value, m) => (n === m ? value * (1 + RIDGE) : value)),
    ...row.map((_, m) => (n === m ? 1 : 0)),
  ]);
  for (const [pivot, pivotRow] of rows.entries()) {
    const scale = pivotRow[pivot]!;
    const moved = scale > (RIDGE / 2) * gram[pivot]![pivot]!;
    for (let m = 0; m < 2 * size; m++) pivotRow[m] = moved ? pivotRow[m]! / scale : 0;
    for (const [n, row] of rows.entries()) {
      const factor = row[pivot]!;
      if (n === pivot || factor === 0) continue;
      for (let m = 0; m < 2 * size; m++) row[m]! -= factor * pivotRow[m]!;
    }
  }
  return rows.map((row) => row.slice(size));
}
