import type { BankRow } from '../attribute/source-bank.ts';
import type { Confirmation, PeriodAnswer } from './confirmation.ts';
import type { SignalGrowth } from './signal-growth.ts';

/**
 * A period that is still unclear at this many times its length began before growth stopped, and starts over. Not one in which
 * growth goes on as before: what took hundreds of rows to be seen is not confirmed in thirty, however often one tries.
 */
const PATIENCE = 2;

/** Periods after the one that showed growth, one at a time; each lasts until the source did as much as in that one. */
export class Periods {
  readonly #open: (row: BankRow) => Confirmation;
  #current: Confirmation | null = null;
  #least = 0;

  /** @param open a period that begins with this row */
  constructor(open: (row: BankRow) => Confirmation) {
    this.#open = open;
  }

  /** @param least what the source did in the first period, in its own unit */
  begin(row: BankRow, least: number): void {
    this.#least = least;
    this.next(row);
  }

  next(row: BankRow): void {
    this.#current = this.#open(row);
  }

  end(): void {
    this.#current = null;
  }

  push(row: BankRow, broke: boolean): void {
    this.#current?.push(row, broke);
  }

  assume(known: readonly number[]): void {
    this.#current?.assume(known);
  }

  forget(source: number): void {
    this.#current?.forget(source);
  }

  /** What the period says if it has lasted long enough; one that stays unclear for too long starts over. */
  answer({ source, estimate }: SignalGrowth, row: BankRow, minBytesPerUnit: number): PeriodAnswer {
    const period = this.#current!;
    const amount = period.amount(source, row);
    if (!period.judgeable || amount < this.#least) return 'unclear';
    const answer = period.answer(source, estimate.bytesPerUnit, minBytesPerUnit);
    if (answer === 'unclear' && amount >= PATIENCE * this.#least) this.next(row);
    return answer;
  }
}
