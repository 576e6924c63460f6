import type { KeptRead, UnitCounts } from './survival-read.ts';

/** The point of the clock at which ordinals begin: the profiler was started. */
export interface ClockMark extends UnitCounts {
  ordinal: number;
}

/** Where an ordinal lies between two others, 0 to 1. */
export type Position = (ordinal: number) => number;

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
   * Where ordinals lie between two others, in units of a scope; in ordinals where that scope had none or was not counted. Asked for tens
   * of thousands of samples: what does not depend on the sample is done once.
   *
   * @param slot null for all units
   */
  positions({ from, to, slot }: { from: number; to: number; slot: number | null }): Position {
    const units = this.units(slot);
    const start = units(from);
    const length = units(to) - start;
    if (length > 0) return (ordinal) => (units(ordinal) - start) / length;
    return to > from ? (ordinal) => (ordinal - from) / (to - from) : () => 0;
  }

  /** Units of a scope, null for all, that were finished at an ordinal. */
  units(slot: number | null): (ordinal: number) => number {
    const marks = this.#marks;
    const units = marks.map((mark) => unitsOf(mark, slot));
    const last = marks.length - 1;
    return (ordinal) => {
      let after = 0;
      while (after < last && marks[after]!.ordinal < ordinal) after += 1;
      if (after === 0) return units[0]!;
      const [start, end] = [marks[after - 1]!.ordinal, marks[after]!.ordinal];
      const from = units[after - 1]!;
      if (ordinal > end) return units[last]!;
      return end <= start ? from : from + ((ordinal - start) / (end - start)) * (units[after]! - from);
    };
  }
}

function unitsOf({ units, slotUnits }: UnitCounts, slot: number | null): number {
  return slot === null ? units : (slotUnits?.[slot] ?? 0);
}
