import type { KeptRead, UnitCounts } from './survival-read.ts';

/** The point of the clock at which ordinals begin: the profiler was started. */
export interface ClockMark extends UnitCounts {
  ordinal: number;
}

/**
 * How many units a scope had finished when an ordinal was given. Known exactly at the reads, in between in proportion to
 * what was allocated. It is what births are divided by: a scope that got twice the traffic has twice the births.
 */
export class ExposureClock {
  readonly #marks: readonly ClockMark[];

  /** @param marks oldest first; the first is the start of the profiler */
  constructor(marks: readonly (ClockMark | KeptRead)[]) {
    this.#marks = marks;
  }

  /**
   * Where an ordinal lies between two others, 0 to 1, in units of a scope; in ordinals where that scope had none or
   * was not counted.
   *
   * @param slot null for all units
   */
  position(ordinal: number, { from, to, slot }: { from: number; to: number; slot: number | null }): number {
    const start = this.unitsAt(from, slot);
    const length = this.unitsAt(to, slot) - start;
    if (length > 0) return (this.unitsAt(ordinal, slot) - start) / length;
    return to > from ? (ordinal - from) / (to - from) : 0;
  }

  /** Units of a scope, null for all, that were finished at an ordinal. */
  unitsAt(ordinal: number, slot: number | null): number {
    const after = this.#marks.findIndex((mark) => mark.ordinal >= ordinal);
    if (after === 0) return unitsOf(this.#marks[0]!, slot);
    const end = this.#marks[after] ?? this.#marks.at(-1)!;
    const start = this.#marks[after - 1] ?? end;
    const from = unitsOf(start, slot);
    if (end.ordinal <= start.ordinal) return from;
    return from + ((ordinal - start.ordinal) / (end.ordinal - start.ordinal)) * (unitsOf(end, slot) - from);
  }
}

function unitsOf({ units, slotUnits }: UnitCounts, slot: number | null): number {
  return slot === null ? units : (slotUnits?.[slot] ?? 0);
}
