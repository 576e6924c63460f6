/** How often the clock has to be told that the program runs. */
export const TICK_MS = 1000;
/** A silence of more ticks than this is a stop. */
const MAX_SILENT_TICKS = 3;
/** What counts of a stop as activity: it began somewhere between the last tick and the next one. */
const KEPT_MS: number = TICK_MS / 2;

export interface ActiveClockOptions {
  /** Monotonic milliseconds, stops of the process included. */
  now: () => number;
  /** CPU used by the process so far, milliseconds: it tells a program that computes from one that is stopped. */
  processCpuMs: () => number;
}

interface Stop {
  fromMs: number;
  toMs: number;
  /** How much of it counts as activity. */
  keptMs: number;
  /** Left out before it. */
  lostBeforeMs: number;
}

/**
 * Monotonic time in which the program could run. What it was stopped for (SIGSTOP, a frozen container or function, a
 * paused machine, a debugger) is left out: no unit can finish and nothing can grow then, so a stopped hour would dilute
 * every rate and look like an hour without growth.
 *
 * A stop is a gap of more than three ticks, less the CPU time that the process used meanwhile: an event loop that is
 * blocked by computing has been active, one that waits for a child process or a disk has not. Systems whose monotonic
 * clock stands still while they are suspended leave no gap; the wall clock is never asked, as it may be set.
 */
export class ActiveClock {
  readonly #options: ActiveClockOptions;
  #seenMs: number;
  #seenCpuMs: number;
  #lostMs = 0;
  #lastStop: Stop | null = null;

  constructor(options: ActiveClockOptions) {
    this.#options = options;
    this.#seenMs = options.now();
    this.#seenCpuMs = options.processCpuMs();
  }

  /** Active milliseconds. Not from zero, but the same as the monotonic clock until the first stop. */
  now(): number {
    const nowMs = this.#options.now();
    this.#look(nowMs);
    return nowMs - this.#lostMs;
  }

  /** A recent moment of the monotonic clock in active milliseconds. Exact since the last stop but one. */
  at(monotonicMs: number): number {
    this.#look(this.#options.now());
    const stop = this.#lastStop;
    if (stop === null || monotonicMs >= stop.toMs) return monotonicMs - this.#lostMs;
    const intoStopMs = Math.max(0, monotonicMs - stop.fromMs - stop.keptMs);
    return monotonicMs - stop.lostBeforeMs - intoStopMs;
  }

  /** The event loop runs: to be called every {@link TICK_MS}. Without ticks nearly all time passes for a stop. */
  tick(): void {
    const nowMs = this.#options.now();
    if (!this.#look(nowMs)) this.#see(nowMs, this.#options.processCpuMs());
  }

  /** Timers are not the first to run after a stop, so every look at the clock looks for one. */
  #look(nowMs: number): boolean {
    const gapMs = nowMs - this.#seenMs;
    if (gapMs >= 0 && gapMs <= MAX_SILENT_TICKS * TICK_MS) return false;
    const cpuMs = this.#options.processCpuMs();
    const keptMs = Math.max(0, Math.min(gapMs, Math.max(KEPT_MS, cpuMs - this.#seenCpuMs)));
    this.#lastStop = { fromMs: this.#seenMs, toMs: nowMs, keptMs, lostBeforeMs: this.#lostMs };
    this.#lostMs += gapMs - keptMs;
    this.#see(nowMs, cpuMs);
    return true;
  }

  #see(nowMs: number, cpuMs: number): void {
    this.#seenMs = nowMs;
    this.#seenCpuMs = cpuMs;
  }
}
