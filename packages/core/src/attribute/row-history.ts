import { type BankOptions, type BankRow, SourceBank } from './source-bank.ts';

/** A row with what was known of it when it came. */
export interface SeenRow {
  row: BankRow;
  /** The level broke between the row before and this one. */
  broke: boolean;
}

/**
 * Rows that can be looked at again: what a source that is found later has to be compared with. At 500 sources the rows
 * of all signals, which share their counts, take up to 1.2 MB.
 */
const KEPT_ROWS = 96;

/** Makes it a row in which this source has done nothing; rows of several signals share their amounts. */
export function forgetIn({ sources, pooled }: BankRow, source: number): void {
  if (source >= sources.length) return;
  sources[source] = 0;
  const curves = (pooled?.saturated.length ?? 0) / sources.length;
  pooled?.saturated.fill(0, source * curves, (source + 1) * curves);
}

/** The latest rows of one signal, so that a regression can be done again beside sources whose growth became known. */
export class RowHistory {
  readonly #rows: SeenRow[] = [];

  push(seen: SeenRow): void {
    this.#rows.push(seen);
    if (this.#rows.length > KEPT_ROWS) this.#rows.shift();
  }

  /** In how many of the rows kept this source had done more than in the row before. */
  activeRows(source: number): number {
    return this.#rows.filter(({ row }, at) => {
      const before = this.#rows[at - 1]?.row.sources[source] ?? 0;
      return at > 0 && (row.sources[source] ?? 0) > before;
    }).length;
  }

  /** From now on this source has done nothing in all rows kept. */
  forget(source: number): void {
    for (const { row } of this.#rows) forgetIn(row, source);
  }

  [Symbol.iterator](): Iterator<SeenRow> {
    return this.#rows[Symbol.iterator]();
  }

  /** The sums of all rows kept, for another set of known sources. */
  bank(options: BankOptions): SourceBank {
    const bank = new SourceBank(options);
    for (const { row, broke } of this.#rows) bank.push(row, broke);
    return bank;
  }
}
