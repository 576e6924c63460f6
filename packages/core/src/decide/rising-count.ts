import { type Low, ThinnedMinima } from '../measure/thinned-minima.ts';
import { type RiseRow, type SteadyRise, steadyRise } from './steady-rise.ts';

/** Blocks kept of each span. */
const KEPT = 64;

/**
 * How often blocks of the whole run may get twice as long: with a row each ten seconds and three a block the span is 17 hours in the
 * end, then the oldest is dropped.
 */
const DOUBLINGS = 5;

/** Blocks in which a leak that is any larger than the noise shows. */
const SURE_ROWS = 32;

/** Error of one look at the latest blocks, at which it looks for ever; and at the whole run, halved with every doubling. */
const LATEST_ALPHA = 1e-6;
const WHOLE_ALPHA = 1e-4;

export interface RisingCountOptions<Row> {
  /** Rows of the first blocks. */
  block: number;
  /** How many counts are looked at beside it, itself included, for each of which errors have to be rarer; 1 for those that are judged alone. */
  among: number;
  /** A smaller rise is none. */
  minRise: number;
  /** Nor is one below this share of what the count held at its lowest. */
  minShare: number;
  /** What a block keeps, of its lowest row and the first one. @default the lowest row */
  merge?: (lowest: Row, first: Row) => Row;
}

/** A rise that was found, and the rows that show it. */
export interface FoundRise<Row extends RiseRow> extends SteadyRise {
  rows: readonly Row[];
  /** First row of those in which it was first found. */
  since: Row;
}

/** One span of rows, and what was seen when it was last looked at. */
class Span<Row extends RiseRow> {
  readonly minima: ThinnedMinima<Row>;
  readonly #alpha: number;
  readonly #options: RisingCountOptions<Row>;
  #rise: SteadyRise | null = null;
  #since: Row | null = null;

  constructor(options: RisingCountOptions<Row>, doublings: number, alpha: number) {
    const { block, merge } = options;
    this.minima = new ThinnedMinima({
      size: block,
      kept: KEPT,
      doublings,
      ...(merge === undefined ? {} : { merge }),
    });
    this.#options = options;
    this.#alpha = alpha / options.among;
  }

  push(row: Row, look: number): void {
    if (!this.minima.push(row, look)) return;
    const { rows, thinnings } = this.minima;
    const lowest = rows.reduce((least, { value }) => Math.min(least, value), Number.POSITIVE_INFINITY);
    const minRise = Math.max(this.#options.minRise, this.#options.minShare * lowest);
    this.#rise = steadyRise(rows, this.#alpha / 2 ** thinnings, minRise);
    this.#since = this.#rise === null ? null : (this.#since ?? rows[0]!);
  }

  get found(): FoundRise<Row> | null {
    if (this.#rise === null) return null;
    return { ...this.#rise, rows: this.minima.rows, since: this.#since! };
  }
}

/**
 * Whether a count rises by itself, beyond chance and traffic. Two spans are looked at: the latest 64 blocks as they are, so that growth
 * that begins after weeks is soon seen; and the whole run in blocks that double, for growth that is too slow for the first.
 */
export class RisingCount<Row extends RiseRow> {
  readonly #latest: Span<Row>;
  readonly #whole: Span<Row>;
  /** The last row, whether or not its block is complete. */
  last: Row | null = null;

  constructor(options: RisingCountOptions<Row>) {
    this.#latest = new Span(options, 0, LATEST_ALPHA);
    this.#whole = new Span(options, DOUBLINGS, WHOLE_ALPHA);
  }

  /** @param look number of the look, the same for all counts that are read at it */
  push(row: Row, look: number): void {
    this.last = row;
    this.#latest.push(row, look);
    this.#whole.push(row, look);
  }

  /** Too few rows to say that it does not rise. */
  get isWarmingUp(): boolean {
    return this.#latest.minima.rows.length < SURE_ROWS;
  }

  /** The rise as of the last complete block, over the longer span if it is found in both; null where there is none. */
  get found(): FoundRise<Row> | null {
    return this.#whole.found ?? this.#latest.found;
  }

  /** Every row that is kept, some of them twice. */
  *kept(): Iterable<Low<Row>> {
    for (const { minima } of [this.#latest, this.#whole]) {
      yield* minima.rows;
      if (minima.pending !== null) yield minima.pending;
    }
  }
}
