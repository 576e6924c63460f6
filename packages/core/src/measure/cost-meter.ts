import type { OverheadReport } from '../types.ts';

export interface CostMeterOptions {
  /** Share of the process's CPU to stay inside, 0 to 1. */
  maxOverhead: number;
  /** `Runtime.processCpuMs` when the guard started: shares count from there. @default 0, the start of the process */
  startCpuMs?: number;
  /** What one timed span measures when nothing is in it, see `timerCostMs`. @default 0 */
  timerMs?: number;
  /** False at `prove`: forced GCs and what follows each of them show in the figure but do not lower the sampling. @default true */
  governForced?: boolean;
}

/** From normal to least. Canaries cost more than timing (a WeakRef each), so they end up off. */
const STEPS: readonly { timedOneIn: number; canaryOneIn: number | null }[] = [
  { timedOneIn: 64, canaryOneIn: 16 },
  { timedOneIn: 256, canaryOneIn: 64 },
  { timedOneIn: 1024, canaryOneIn: 256 },
  { timedOneIn: 1024, canaryOneIn: null },
];

/** A span above this was interrupted (preempted, or a GC fell inside): begin and end take about a microsecond, and scaled by 64 one such span would look like seconds of work. */
const MAX_SPAN_MS = 0.02;

/** Windows with less process CPU than this run on into the next: their share would be noise. */
const MIN_WINDOW_CPU_MS = 200;

/** Windows in a row below half of the budget before sampling rises again, so that it does not flap. */
const CALM_WINDOWS = 3;

/**
 * What the guard itself costs, and the governor that lowers its sampling to stay inside `maxOverhead`. Pure: all times
 * are handed in. Cannot see the guard's garbage being collected, V8's own threads, or what its presence does to inlining.
 */
export class CostMeter {
  readonly #options: Required<CostMeterOptions>;
  #step = 0;
  #untilTimed = 1;
  #timedUnits = 0;
  #timedMs = 0;
  #ownMs = 0;
  #governedMs = 0;
  #windowStartCpuMs: number;
  #windowStartGovernedMs = 0;
  #calmWindows = 0;

  constructor(options: CostMeterOptions) {
    this.#options = { startCpuMs: 0, timerMs: 0, governForced: true, ...options };
    this.#windowStartCpuMs = this.#options.startCpuMs;
  }

  /** One unit in this many has its begin and end timed. */
  get timedOneIn(): number {
    return STEPS[this.#step]!.timedOneIn;
  }

  /** One finished unit in this many may get a canary; null: none. */
  get canaryOneIn(): number | null {
    return STEPS[this.#step]!.canaryOneIn;
  }

  /** True while sampling is below normal. */
  get limited(): boolean {
    return this.#step > 0;
  }

  /** Asked at every begin: is this one of the units to time? */
  shouldTime(): boolean {
    this.#untilTimed -= 1;
    if (this.#untilTimed > 0) return false;
    this.#untilTimed = this.timedOneIn;
    return true;
  }

  /** The boundary of one timed unit, milliseconds in all, measured in `spans` pieces (begin and end: 2). Stands for `timedOneIn` units. */
  addBoundary(ms: number, spans = 2): void {
    const ownMs = Math.min(Math.max(ms - spans * this.#options.timerMs, 0), spans * MAX_SPAN_MS);
    this.#timedUnits += 1;
    this.#timedMs += ownMs;
    this.#ownMs += ownMs * this.timedOneIn;
    this.#governedMs += ownMs * this.timedOneIn;
  }

  /** The guard's own work outside of begin and end, forced GCs included; milliseconds. */
  charge(ms: number): void {
    this.#ownMs += ms;
    if (this.#options.governForced) this.#governedMs += ms;
  }

  /** A read of the profiler, its after-effect included; milliseconds. When it is read is governed by its own schedule. */
  chargeRead(ms: number): void {
    this.#ownMs += ms;
  }

  /** The figure for the report. */
  overhead(processCpuMs: number): OverheadReport {
    const cpuMs = processCpuMs - this.#options.startCpuMs;
    return {
      share: cpuMs > 0 ? Math.min(this.#ownMs / cpuMs, 1) : 0,
      ownCpuMs: this.#ownMs,
      processCpuMs: cpuMs,
      boundaryMicrosPerUnit: this.#timedUnits > 0 ? (this.#timedMs / this.#timedUnits) * 1000 : null,
      timedOneIn: this.timedOneIn,
      canaryOneIn: this.canaryOneIn,
      limited: this.limited,
    };
  }

  /** Ends a window (at a major GC or a report) and takes one step down or, after calm windows, one up. */
  govern(processCpuMs: number): void {
    const cpuMs = processCpuMs - this.#windowStartCpuMs;
    if (cpuMs < MIN_WINDOW_CPU_MS) return;
    this.#adjust((this.#governedMs - this.#windowStartGovernedMs) / cpuMs);
    this.#windowStartCpuMs = processCpuMs;
    this.#windowStartGovernedMs = this.#governedMs;
  }

  #adjust(share: number): void {
    this.#calmWindows = share < this.#options.maxOverhead / 2 ? this.#calmWindows + 1 : 0;
    if (share > this.#options.maxOverhead) this.#step = Math.min(this.#step + 1, STEPS.length - 1);
    if (this.#calmWindows < CALM_WINDOWS) return;
    this.#step = Math.max(this.#step - 1, 0);
    this.#calmWindows = 0;
  }
}

/** What a timed span measures when nothing is in it, milliseconds: the least mean of a few short runs, so that no interruption counts. */
export function timerCostMs(now: () => number): number {
  let leastMs = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 5; run += 1) {
    const startMs = now();
    for (let call = 0; call < 100; call += 1) now();
    leastMs = Math.min(leastMs, (now() - startMs) / 101);
  }
  return leastMs;
}
