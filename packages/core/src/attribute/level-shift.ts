/** Increments remembered for the usual size of a step. */
const KEPT = 32;
const MIN_KEPT = 10;
/** A step this many times the usual one is no noise and no steady leak. */
const OUTLIER = 12;
/** More breaks than this among the last rows are no accidents any more: then steps count like any growth. */
const BREAKS_ALLOWED = 2;
const BREAK_MEMORY_ROWS = 40;

/**
 * Tells single jumps of a level (a catalogue that was loaded, a cache that was dropped, a transient that was caught
 * alive) from growth. One jump of 8 MB among rows that move by 0.1 MB would otherwise hide a leak for hundreds of rows.
 * Jumps that keep coming are growth in lumps and are not taken out.
 */
export class LevelShift {
  readonly #steps: number[] = [];
  #last: number | null = null;
  #breaks: number[] = [];

  /**
   * True if the level jumped between the last row and this one.
   *
   * @param span what the usual step is proportional to, where rows are not all alike
   */
  isBreak(value: number, span = 1): boolean {
    const step = this.#last === null ? 0 : Math.abs(value - this.#last) / span;
    this.#last = value;
    this.#breaks = this.#breaks.map((age) => age + 1).filter((age) => age <= BREAK_MEMORY_ROWS);
    const jumped = this.#steps.length >= MIN_KEPT && step > OUTLIER * usual(this.#steps);
    this.#steps.push(step);
    if (this.#steps.length > KEPT) this.#steps.shift();
    if (!jumped || this.#breaks.length >= BREAKS_ALLOWED) return false;
    this.#breaks.push(0);
    return true;
  }
}

/** Median; a signal that stands still most of the time has none, so that its steps are its growth. */
function usual(steps: readonly number[]): number {
  const median = [...steps].sort((a, b) => a - b)[steps.length >> 1]!;
  return median === 0 ? Number.POSITIVE_INFINITY : median;
}
