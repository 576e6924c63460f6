/** What a cost is measured with; `Runtime` has both. */
export interface CostClock {
  /** Monotonic milliseconds. */
  now(): number;
  /** CPU used by the whole process so far, GC threads included; milliseconds. */
  processCpuMs(): number;
}

/**
 * CPU that a forced full GC costs the program after it has ended: it throws away compiled code that the next thousands of requests
 * compile again. It cannot be measured in the process itself, where those requests cannot be told from others, so this is what
 * `npm run bench -- overhead --profiler` measured (two Express servers with 200,000 objects held side by side, one of them acts; Node 20
 * to 24): 57 to 104 ms after a read and as much after a mere `gc()`. An app that runs much more code than that one pays more.
 */
export const AFTER_FORCED_GC_MS = 100;

/** The same bench, of a read that comes with a natural GC (Node 26). */
export const AFTER_READ_MS = 3;

/**
 * What one read of the profiler costs: CPU as measured in this process while it reads and in the turns in which its stacks are placed,
 * and an estimate of what it costs the program after that. The CPU is that of the whole process, so that of the GC's threads is in it;
 * other threads that work at the same time are, too.
 */
export class ReadCost {
  readonly #clock: CostClock;
  #cpuMs = 0;
  #afterMs = 0;
  #pauseMs = 0;
  #chargedMs = 0;

  constructor(clock: CostClock) {
    this.#clock = clock;
  }

  /** CPU measured and estimated so far, milliseconds. */
  get costMs(): number {
    return this.#cpuMs + this.#afterMs;
  }

  /** The longest that it has stopped the program without a break so far: the read with its GC, or a turn of placing; milliseconds. */
  get pauseMs(): number {
    return this.#pauseMs;
  }

  /** Does what of it is done without a break. */
  turn<T>(work: () => T): T {
    const [startMs, startCpuMs] = [this.#clock.now(), this.#clock.processCpuMs()];
    try {
      return work();
    } finally {
      this.#cpuMs += this.#clock.processCpuMs() - startCpuMs;
      this.#pauseMs = Math.max(this.#pauseMs, this.#clock.now() - startMs);
    }
  }

  /** The profiler was read. @param forced it forced a GC */
  noteRead({ forced, pauseMs }: { forced: boolean; pauseMs: number }): void {
    this.#afterMs = forced ? AFTER_FORCED_GC_MS : AFTER_READ_MS;
    this.#pauseMs = Math.max(this.#pauseMs, pauseMs);
  }

  /** What has come to it since the last time that this was asked, milliseconds. */
  takeUncharged(): number {
    const uncharged = this.costMs - this.#chargedMs;
    this.#chargedMs = this.costMs;
    return uncharged;
  }
}
