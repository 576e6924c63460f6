import type { BankRow } from '../attribute/source-bank.ts';
import { ObservedRise } from './observed-rise.ts';
import { RecentAmounts } from './recent-amounts.ts';

/** What every source did over the rows that count and since growth began, and how much can have stayed of it. */
export class GrowthTotals {
  readonly #amounts = new RecentAmounts();
  readonly #rise = new ObservedRise();
  /** Where growth is counted from: the amounts at the first verdict, less what the rows before it held. */
  #onset = new Float64Array(0);

  push(row: BankRow): void {
    this.#amounts.push(row.sources);
    this.#rise.push(row.value);
  }

  /** Growth was seen at this row, the latest: it began with the rows that count. */
  begin(row: BankRow): void {
    this.#onset = Float64Array.from(row.sources, (amount, source) => amount - this.#amounts.window(source));
  }

  /** Amount of a source over all rows that count, in its own unit. */
  window(source: number): number {
    return this.#amounts.window(source);
  }

  /** The same over about the last thirty rows. */
  lately(source: number): number {
    return this.#amounts.lately(source);
  }

  /** Amount of a source from the beginning of growth to this row. */
  sinceOnset(source: number, row: BankRow): number {
    return (row.sources[source] ?? 0) - (this.#onset[source] ?? 0);
  }

  /** What stayed since growth began at so many bytes per unit; never more than the signal has really risen. */
  stayedBytes(bytesPerUnit: number, source: number, row: BankRow): number {
    return Math.max(0, Math.min(bytesPerUnit * this.sinceOnset(source, row), this.#rise.bytes));
  }

  /** How far the signal rose per unit of a source over the rows that count, whatever it was that rose. */
  meanBytesPerUnit(source: number): number {
    const amount = this.window(source);
    return amount > 0 ? this.#rise.bytes / amount : 0;
  }

  /** From now on this source has done nothing so far. */
  forget(source: number): void {
    this.#amounts.forget(source);
    if (source < this.#onset.length) this.#onset[source] = 0;
  }
}
