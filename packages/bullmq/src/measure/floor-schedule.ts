import { PROVE_PAUSE_SHARE } from '@leakguard/core/isolate';
import { PauseBudget } from './pause-budget.ts';
import { SteepRise } from './steep-rise.ts';

/** The first floor, from which all others are counted: after what the first jobs load and compile, while the heap is small. */
const FIRST_JOBS = 5;

/**
 * Floors come closer than each at twice the age of the one before: a verdict takes about twenty of them, and by 10,000 jobs
 * of 50 KB each an isolate holds half a gigabyte.
 */
const WIDENING = 0.25;
const LEAST_SPACING = 20;

/** While something is suspected, and always at `prove`. */
const CLOSE_SPACING = 25;

/** The next pause is taken to be as the shortest of so many: a long one was mostly waiting for a busy machine. */
const PAUSES = 4;

/**
 * While live memory rises steeply and nobody was named pauses may take as much time as all else does, for a few dozen
 * floors: there is no other way to name what fills a heap within a minute. Of wall time, and at the default `maxOverhead`
 * of 1 %; of a tenth of that a tenth. What it takes is missing in the usual budget afterwards.
 */
const STEEP_SHARE = 0.5;
const STEEP_FACTOR = 50;

/** Jobs until the budget is looked at again. */
const PATIENCE_JOBS = 5;

export interface FloorScheduleOptions {
  /** Floors come every 25 jobs, and may take a fifth of wall time. */
  prove: boolean;
  /** Share of the time in which the isolate was busy that pauses may take. */
  maxOverhead: number;
  /** Milliseconds in which the isolate was busy so far. */
  busyMs: () => number;
  /** Wall time on any clock that only goes forward, milliseconds. */
  nowMs: () => number;
}

/** When an isolate forces its next GC, between two jobs. */
export class FloorSchedule {
  /** Something may be growing: floors come every 25 jobs, within the budget as ever. */
  isSuspicious = false;
  /** However steeply memory rises. */
  keepsToBudget = false;
  /** Whether the floor that {@link isDue} allowed is one that the usual budget had no room for. */
  beyondBudget = false;
  readonly #prove: boolean;
  readonly #nowMs: () => number;
  readonly #usual: PauseBudget;
  readonly #beyond: PauseBudget;
  readonly #steep = new SteepRise();
  #lastJobs = 0;
  #nextLook = FIRST_JOBS;
  #deferredTo = 0;
  /** The latest pauses. */
  #pausesMs: number[] = [];

  constructor({ prove, maxOverhead, busyMs, nowMs }: FloorScheduleOptions) {
    this.#prove = prove;
    this.#nowMs = nowMs;
    this.#usual = prove
      ? new PauseBudget({ share: PROVE_PAUSE_SHARE, clockMs: nowMs })
      : new PauseBudget({ share: maxOverhead, clockMs: busyMs });
    const share = prove ? STEEP_SHARE : Math.min(STEEP_SHARE, STEEP_FACTOR * maxOverhead);
    this.#beyond = new PauseBudget({ share, clockMs: nowMs });
  }

  /** Asked after every job: a comparison of a few numbers, unless a floor may be due. */
  isDue(jobs: number): boolean {
    if (jobs < this.#deferredTo) return false;
    const isSteep = !this.keepsToBudget && this.#steep.isLikely(jobs);
    if (jobs < this.#nextLook && !this.#isClose(jobs) && !isSteep) return false;
    const isDue = this.#pausesMs.length === 0 || this.#isAffordable(isSteep);
    if (!isDue) this.#deferredTo = jobs + PATIENCE_JOBS;
    return isDue;
  }

  /** What a natural major GC left alive. */
  natural(liveBytes: number): void {
    this.#steep.natural(liveBytes);
  }

  /** A floor was taken. */
  took(jobs: number, { liveBytes, pauseMs }: { liveBytes: number; pauseMs: number }): void {
    this.#lastJobs = jobs;
    this.#pausesMs = [...this.#pausesMs.slice(1 - PAUSES), pauseMs];
    this.#usual.spend(pauseMs);
    this.#beyond.spend(pauseMs);
    this.beyondBudget = false;
    this.#steep.took(jobs, liveBytes, this.#nowMs());
    const spacing = this.#prove ? CLOSE_SPACING : Math.max(LEAST_SPACING, WIDENING * jobs);
    this.#nextLook = jobs + Math.round(spacing);
  }

  #isClose(jobs: number): boolean {
    return this.isSuspicious && this.#pausesMs.length > 0 && jobs >= this.#lastJobs + CLOSE_SPACING;
  }

  #isAffordable(isSteep: boolean): boolean {
    const pauseMs = Math.min(...this.#pausesMs);
    const isUsual = this.#usual.affords(pauseMs);
    this.beyondBudget =
      !isUsual && isSteep && this.#steep.isAllowed(this.#nowMs()) && this.#beyond.affords(pauseMs);
    return isUsual || this.beyondBudget;
  }
}
