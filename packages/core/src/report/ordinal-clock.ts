import type { AllocationSnapshotData } from '../site-types.ts';

/** A moment, and how many samples the profiler had taken by then, roughly. */
interface Mark {
  uptimeMs: number;
  ordinal: number;
}

/** Marks kept; a full list is thinned to half. */
const MAX_MARKS = 64;

/**
 * Tells when a sample was taken. Samples are numbered in order, and each snapshot with stacks says how high the numbers were at its
 * time; between two of them, sampling is taken to be even. The highest number alive is a little below the highest one given.
 */
export class OrdinalClock {
  #marks: Mark[] = [];

  /** Learns from a snapshot; one without ordinals teaches nothing. */
  mark({ uptimeMs, stacks }: AllocationSnapshotData): void {
    const ordinal = (stacks ?? []).reduce(
      (highest, { ordinals = [] }) => Math.max(highest, ordinals.at(-1) ?? 0),
      0,
    );
    if (ordinal <= (this.#marks.at(-1)?.ordinal ?? 0)) return;
    if (this.#marks.length >= MAX_MARKS) this.#marks = this.#marks.filter((_, index) => index % 2 === 1);
    this.#marks.push({ uptimeMs, ordinal });
  }

  /**
   * Uptime at which a sample was taken, milliseconds; null before there is a mark. What is older than the first mark is placed
   * between the start of the process and that mark.
   */
  uptimeAt(ordinal: number): number | null {
    const after = this.#marks.findIndex((mark) => mark.ordinal >= ordinal);
    const last = this.#marks.at(-1);
    if (last === undefined) return null;
    if (after === -1) return last.uptimeMs;
    const to = this.#marks[after]!;
    const from = this.#marks[after - 1] ?? { uptimeMs: 0, ordinal: 0 };
    const share = (ordinal - from.ordinal) / (to.ordinal - from.ordinal);
    return from.uptimeMs + share * (to.uptimeMs - from.uptimeMs);
  }
}
