/** The first floor, from which all others are counted: after what the first jobs load and compile, while the heap is small. */
const FIRST_JOBS = 5;

/**
 * Floors come closer than each at twice the age of the one before: a verdict takes about ten of them, and by 10,000 jobs
 * of 50 KB each an isolate holds half a gigabyte.
 */
const WIDENING = 0.25;
const LEAST_SPACING = 20;

/** While something is suspected, and always at `prove`. */
const CLOSE_SPACING = 25;

/** The next pause is taken to be as the shortest of so many: a long one was mostly waiting for a busy machine. */
const PAUSES = 4;

/** Share of time for pauses at `prove`, as the guard's own forced GCs have. */
const PROVE_SHARE = 0.2;

/** Jobs until the budget is looked at again. */
const PATIENCE_JOBS = 5;

export interface FloorScheduleOptions {
  /** Floors come every 25 jobs, and may take a fifth of the time. */
  prove: boolean;
  /** Share of the time in which the isolate was busy that pauses may take. */
  maxOverhead: number;
  /** Milliseconds in which the isolate was busy so far. */
  busyMs: () => number;
}

/** When an isolate forces its next GC, between two jobs. */
export class FloorSchedule {
  /** Something may be growing: floors come every 25 jobs, within the budget as ever. */
  isSuspicious = false;
  readonly #options: FloorScheduleOptions;
  #lastJobs = 0;
  #nextLook = FIRST_JOBS;
  #deferredTo = 0;
  #spentMs = 0;
  /** The latest pauses. */
  #pausesMs: number[] = [];

  constructor(options: FloorScheduleOptions) {
    this.#options = options;
  }

  /** Asked after every job: a comparison of two numbers, unless a floor may be due. */
  isDue(jobs: number): boolean {
    if (jobs < this.#nextLook && !this.#isClose(jobs)) return false;
    const isDue = this.#pausesMs.length === 0 || this.#isAffordable();
    if (!isDue) this.#nextLook = this.#deferredTo = jobs + PATIENCE_JOBS;
    return isDue;
  }

  /** A floor was taken. */
  took(jobs: number, pauseMs: number): void {
    this.#lastJobs = jobs;
    this.#pausesMs = [...this.#pausesMs.slice(1 - PAUSES), pauseMs];
    this.#spentMs += pauseMs;
    const spacing = this.#options.prove ? CLOSE_SPACING : Math.max(LEAST_SPACING, WIDENING * jobs);
    this.#nextLook = jobs + Math.round(spacing);
  }

  #isClose(jobs: number): boolean {
    return (
      this.isSuspicious &&
      this.#pausesMs.length > 0 &&
      jobs >= this.#deferredTo &&
      jobs >= this.#lastJobs + CLOSE_SPACING
    );
  }

  #isAffordable(): boolean {
    const { prove, maxOverhead, busyMs } = this.#options;
    return this.#spentMs + Math.min(...this.#pausesMs) <= (prove ? PROVE_SHARE : maxOverhead) * busyMs();
  }
}
