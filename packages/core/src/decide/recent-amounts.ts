import { MEMORY } from '../attribute/source-bank.ts';

/** Rows over which "lately" is averaged. */
const LATELY_ROWS = 30;
const FADE = 1 - 1 / LATELY_ROWS;

/**
 * What every source did over the rows that still count, fading as the regression's own memory does. A process may have
 * run for months before a leak begins: amounts since its start would overstate every total and stretch every period.
 */
export class RecentAmounts {
  #last: Float64Array = new Float64Array(0);
  #window: Float64Array = new Float64Array(0);
  #perRow: Float64Array = new Float64Array(0);
  #rows = 0;

  push(sources: ArrayLike<number>): void {
    if (sources.length > this.#last.length) this.#grow(sources.length);
    for (let s = 0; s < sources.length; s++) {
      const increment = this.#rows === 0 ? 0 : sources[s]! - this.#last[s]!;
      this.#window[s] = this.#window[s]! * MEMORY + increment;
      this.#perRow[s] = this.#perRow[s]! * FADE + increment;
      this.#last[s] = sources[s]!;
    }
    this.#rows += 1;
  }

  /** Amount over all rows that count, in the source's own unit. */
  window(source: number): number {
    return this.#window[source] ?? 0;
  }

  /** Amount over about the last thirty rows, less while there are fewer. */
  lately(source: number): number {
    return Math.min(this.window(source), this.#perRow[source] ?? 0);
  }

  /** From now on this source has done nothing so far. */
  forget(source: number): void {
    for (const amounts of [this.#last, this.#window, this.#perRow])
      if (source < amounts.length) amounts[source] = 0;
  }

  #grow(length: number): void {
    const larger = (old: Float64Array): Float64Array => {
      const array = new Float64Array(length * 2);
      array.set(old);
      return array;
    };
    this.#last = larger(this.#last);
    this.#window = larger(this.#window);
    this.#perRow = larger(this.#perRow);
  }
}
