import { WhiteningFilter } from './whitening.ts';

/** The increments of one row: of every column, of the target and of the two nuisances. */
export interface Increments {
  columns: Float64Array;
  value: number;
  inFlight: number;
  trend: number;
}

/** The corner of the Gram matrix that all columns share. */
export interface Corner {
  value2: number;
  inFlight2: number;
  trend2: number;
  inFlightTrend: number;
  inFlightValue: number;
  trendValue: number;
}

/**
 * The weighted sums of one whitening gain. Of the Gram matrix only the border is kept: per column its square and its
 * products with the target and the nuisances, 40 bytes a column, so that memory and work per row grow with the number
 * of columns and not with its square. Sources whose growth is known already are nuisances, too: one vector of products
 * for each of them.
 */
export class GainSums {
  square: Float64Array;
  withValue: Float64Array;
  withInFlight: Float64Array;
  withTrend: Float64Array;
  /** Per known column, its products with every column. */
  readonly withKnown: Float64Array[];
  readonly corner: Corner = {
    value2: 0,
    inFlight2: 0,
    trend2: 0,
    inFlightTrend: 0,
    inFlightValue: 0,
    trendValue: 0,
  };
  /** Sum of log innovation variances; makes the likelihoods of different gains comparable. */
  logVariance = 0;
  /** Columns whose growth is known already. */
  readonly known: readonly number[];
  readonly #gain: number;
  #filter: WhiteningFilter;
  #innovation: Float64Array;
  #value = 0;
  #inFlight = 0;
  #trend = 0;

  constructor(gain: number, capacity: number, known: readonly number[] = []) {
    this.#gain = gain;
    this.known = known;
    this.withKnown = known.map(() => new Float64Array(capacity));
    this.#filter = new WhiteningFilter(gain);
    this.#innovation = new Float64Array(capacity);
    this.square = new Float64Array(capacity);
    this.withValue = new Float64Array(capacity);
    this.withInFlight = new Float64Array(capacity);
    this.withTrend = new Float64Array(capacity);
  }

  /** Makes room for more columns; the new ones have been zero so far. */
  grow(capacity: number): void {
    const larger = (old: Float64Array): Float64Array => {
      const array = new Float64Array(capacity);
      array.set(old);
      return array;
    };
    this.#innovation = larger(this.#innovation);
    this.square = larger(this.square);
    this.withValue = larger(this.withValue);
    this.withInFlight = larger(this.withInFlight);
    this.withTrend = larger(this.withTrend);
    for (const [k, products] of this.withKnown.entries()) this.withKnown[k] = larger(products);
  }

  /** From now on these columns have been zero so far. */
  forget(from: number, to: number): void {
    const { square, withValue, withInFlight, withTrend } = this;
    for (const sums of [this.#innovation, square, withValue, withInFlight, withTrend, ...this.withKnown])
      sums.fill(0, from, to);
  }

  /** Forgets the level, not the sums: the next row is seen as the second after a fresh start. */
  restart(): void {
    this.#filter = new WhiteningFilter(this.#gain);
    this.#innovation.fill(0);
    this.#value = 0;
    this.#inFlight = 0;
    this.#trend = 0;
  }

  /** Adds one row; what was there before fades by `memory` (0 to 1). */
  add(row: Increments, columns: number, memory: number): void {
    const { carry, weight, logVariance } = this.#filter.step();
    this.#value = row.value + carry * this.#value;
    this.#inFlight = row.inFlight + carry * this.#inFlight;
    this.#trend = row.trend + carry * this.#trend;
    this.logVariance = this.logVariance * memory + logVariance;
    this.#addCorner(weight, memory);
    this.#addColumns(row.columns, columns, carry, weight, memory);
  }

  #addCorner(weight: number, memory: number): void {
    const corner = this.corner;
    const value = weight * this.#value;
    const inFlight = weight * this.#inFlight;
    corner.value2 = corner.value2 * memory + value * this.#value;
    corner.inFlight2 = corner.inFlight2 * memory + inFlight * this.#inFlight;
    corner.trend2 = corner.trend2 * memory + weight * this.#trend * this.#trend;
    corner.inFlightTrend = corner.inFlightTrend * memory + inFlight * this.#trend;
    corner.inFlightValue = corner.inFlightValue * memory + inFlight * this.#value;
    corner.trendValue = corner.trendValue * memory + value * this.#trend;
  }

  #addColumns(
    increments: Float64Array,
    columns: number,
    carry: number,
    weight: number,
    memory: number,
  ): void {
    const { square, withValue, withInFlight, withTrend } = this;
    const innovation = this.#innovation;
    const value = weight * this.#value;
    const inFlight = weight * this.#inFlight;
    const trend = weight * this.#trend;
    for (let c = 0; c < columns; c++) innovation[c] = increments[c]! + carry * innovation[c]!;
    for (const [k, column] of this.known.entries()) {
      addProducts(this.withKnown[k]!, weight * innovation[column]!, innovation, columns, memory);
    }
    for (let c = 0; c < columns; c++) {
      const x = innovation[c]!;
      square[c] = square[c]! * memory + weight * x * x;
      withValue[c] = withValue[c]! * memory + value * x;
      withInFlight[c] = withInFlight[c]! * memory + inFlight * x;
      withTrend[c] = withTrend[c]! * memory + trend * x;
    }
  }
}

function addProducts(
  sums: Float64Array,
  factor: number,
  innovation: Float64Array,
  columns: number,
  memory: number,
): void {
  for (let c = 0; c < columns; c++) sums[c] = sums[c]! * memory + factor * innovation[c]!;
}
