import type { RowHistory } from '../attribute/row-history.ts';
import type { BankRow } from '../attribute/source-bank.ts';

/** Isolates told apart at a time; one that is forgotten counts from zero when it speaks again, which delays a verdict. */
const KEPT = 64;

/**
 * What every source did within the life of one isolate, since growth began. A bounded store begins empty in every
 * isolate: a hundred isolates of 500 jobs each exclude no store of 5,000 entries.
 */
export class LifeAmounts {
  readonly #lives = new Map<number, Float64Array>();
  #longest: Float64Array = new Float64Array(0);
  #last: Float64Array = new Float64Array(0);

  /** @param history the rows in which growth was seen: it began with them */
  constructor(history: RowHistory) {
    for (const { row } of history) this.push(row);
  }

  push({ sources, pooled }: BankRow): void {
    const amounts = Float64Array.from(sources);
    const last = this.#last;
    this.#last = amounts;
    // The first row's amounts are older than the rows that count.
    if (pooled === undefined || last.length === 0) return;
    const life = widened(this.#lives.get(pooled.isolate), amounts.length);
    this.#longest = widened(this.#longest, amounts.length);
    for (let s = 0; s < amounts.length; s++) {
      life[s]! += amounts[s]! - (last[s] ?? 0);
      this.#longest[s] = Math.max(this.#longest[s]!, life[s]!);
    }
    this.#keep(pooled.isolate, life);
  }

  /** The most that a source did in one isolate, in its own unit. */
  longest(source: number): number {
    return this.#longest[source] ?? 0;
  }

  /** From now on this source has done nothing so far. */
  forget(source: number): void {
    for (const amounts of [this.#last, this.#longest, ...this.#lives.values()])
      if (source < amounts.length) amounts[source] = 0;
  }

  #keep(isolate: number, life: Float64Array): void {
    this.#lives.delete(isolate);
    this.#lives.set(isolate, life);
    if (this.#lives.size > KEPT) this.#lives.delete(this.#lives.keys().next().value!);
  }
}

function widened(amounts: Float64Array | undefined, length: number): Float64Array {
  if (amounts !== undefined && amounts.length >= length) return amounts;
  const wider = new Float64Array(length);
  if (amounts !== undefined) wider.set(amounts);
  return wider;
}
