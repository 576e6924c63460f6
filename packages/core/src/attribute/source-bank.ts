import { GainSums, type Increments } from './gain-sums.ts';
import { PROCESS_MODEL, type RowModel, saturation } from './saturation.ts';
import { GAINS } from './whitening.ts';

/** One observation: a signal after a major GC, and how far every source had come by then. */
export interface BankRow {
  /** The signal, bytes. */
  value: number;
  /** Cumulative amount per source (units, seconds); sources may be appended between rows. */
  sources: number[] | Float64Array;
  /** Units in flight at that moment. */
  inFlight: number;
  /** All units finished so far; drives the warm-up trend. */
  totalUnits: number;
  /** Of rows that several isolates gave; then nothing that is no straight line follows from the amounts above. */
  pooled?: PooledColumns;
}

/**
 * The columns of a row in which the increments of several isolates are summed up. Each isolate begins from zero: what
 * bends (warm-up, stores that fill) bends in the counts of each, and is summed here as it was there.
 */
interface PooledColumns {
  /** Which isolate the row came from: what was added since the row before is its. */
  isolate: number;
  /** Units of that isolate in this row. */
  units: number;
  /** Summed warm-up trend. */
  trend: number;
  /** Summed saturation, per source one value for each curve of the model. */
  saturated: Float64Array;
}

export interface BankOptions {
  saturating: boolean;
  known?: readonly number[];
  /** @default PROCESS_MODEL */
  model?: RowModel;
}

/** Fewer innovations than this say nothing: three are spent on the nuisances and the slope. */
const MIN_INNOVATIONS = 10;

/** Warm-up is roughly logarithmic in the number of requests; fitted on traces without a leak. */
const WARM_UP_UNITS = 500;
const TREND_SCALE = 1000;

/**
 * Rows that count: older ones fade exponentially. It bounds the inertia of a process that has run for weeks; at one
 * block of three major GCs each two minutes it is a memory of about two days.
 */
export const MEMORY: number = 1 - 1 / 512;

/**
 * Streams rows into the sums that single-source regression needs, for every whitening gain. At 500 sources a bank
 * with saturating columns holds 0.4 MB (the full Gram matrices would take 160 MB), one without holds 0.1 MB.
 */
export class SourceBank {
  readonly gains: readonly GainSums[];
  readonly columnsPerSource: number;
  readonly model: RowModel;
  /** What every fit has beside its own column: units in flight, the warm-up trend, and each known source. */
  readonly nuisances: number;
  /** Effective number of innovations: rows less one, older ones faded. */
  innovations = 0;
  /** Innovations counted in full: what says whether there are enough. */
  counted = 0;
  /** Sources seen so far. */
  sources = 0;
  #capacity = 32;
  #last: { columns: Float64Array; value: number; inFlight: number; trend: number } | null = null;
  #row: Increments;

  /**
   * @param saturating also keep a column per saturation constant for every source; always so where the model has
   *   nuisances among them
   * @param known sources whose growth is known already, so that others are fitted beside them
   */
  constructor({ saturating, known = [], model = PROCESS_MODEL }: BankOptions) {
    const curves = saturating || model.nuisances.length > 0 ? model.curves.length : 0;
    this.model = model;
    this.columnsPerSource = 1 + curves;
    this.nuisances = 2 + known.length + model.nuisances.length;
    while (known.some((source) => source >= this.#capacity)) this.#capacity *= 2;
    const columns = this.#capacity * this.columnsPerSource;
    const knownColumns = [
      ...known.map((source) => source * this.columnsPerSource),
      ...model.nuisances.map(({ source, curve }) => source * this.columnsPerSource + 1 + curve),
    ];
    this.gains = GAINS.map((gain) => new GainSums(gain, columns, knownColumns));
    this.#row = { columns: new Float64Array(columns), value: 0, inFlight: 0, trend: 0 };
  }

  /**
   * Adds one observation; O(sources). The first one only sets the levels, and so does one at which the level broke:
   * what was learned before it stays, but the jump itself says nothing.
   */
  push(row: BankRow, broke = false): void {
    if (row.sources.length > this.#capacity) this.#grow(row.sources.length);
    const first = this.#last === null;
    this.#increments(row);
    this.sources = Math.max(this.sources, row.sources.length);
    if (broke) for (const sums of this.gains) sums.restart();
    if (first || broke) return;
    this.innovations = this.innovations * MEMORY + 1;
    this.counted += 1;
    for (const sums of this.gains) sums.add(this.#row, this.sources * this.columnsPerSource, MEMORY);
  }

  /** Whether there are enough innovations to say anything: each nuisance of the model takes one. */
  get isSufficient(): boolean {
    return this.counted >= this.needed;
  }

  /** Innovations from which on something can be said. */
  get needed(): number {
    return MIN_INNOVATIONS + this.model.nuisances.length;
  }

  /** From now on this source has done nothing so far. */
  forget(source: number): void {
    if (source >= this.sources) return;
    const from = source * this.columnsPerSource;
    const to = from + this.columnsPerSource;
    for (const sums of this.gains) sums.forget(from, to);
    this.#last?.columns.fill(0, from, to);
  }

  /** Turns a row's levels into increments since the last row. */
  #increments(row: BankRow): void {
    const trend = row.pooled?.trend ?? TREND_SCALE * Math.log1p(row.totalUnits / WARM_UP_UNITS);
    this.#last ??= {
      columns: new Float64Array(this.#capacity * this.columnsPerSource),
      value: row.value,
      inFlight: row.inFlight,
      trend,
    };
    const last = this.#last;
    for (let s = 0; s < row.sources.length; s++) this.#sourceIncrements(s, row, last.columns);
    this.#row.value = row.value - last.value;
    this.#row.inFlight = row.inFlight - last.inFlight;
    this.#row.trend = trend - last.trend;
    last.value = row.value;
    last.inFlight = row.inFlight;
    last.trend = trend;
  }

  #sourceIncrements(source: number, { sources, pooled }: BankRow, last: Float64Array): void {
    const { curves } = this.model;
    const start = source * this.columnsPerSource;
    for (let k = 0; k < this.columnsPerSource; k++) {
      const amount = sources[source]!;
      const level =
        k === 0
          ? amount
          : (pooled?.saturated[source * curves.length + k - 1] ?? saturation(amount, curves[k - 1]!));
      this.#row.columns[start + k] = level - last[start + k]!;
      last[start + k] = level;
    }
  }

  #grow(sources: number): void {
    while (this.#capacity < sources) this.#capacity *= 2;
    const columns = this.#capacity * this.columnsPerSource;
    for (const sums of this.gains) sums.grow(columns);
    this.#row.columns = new Float64Array(columns);
    if (this.#last === null) return;
    const grown = new Float64Array(columns);
    grown.set(this.#last.columns);
    this.#last.columns = grown;
  }
}
