/**
 * No more is saved up than so many pauses cost: about what a verdict takes. An isolate that ran for hours would else stop
 * for minutes on end as soon as something rises in it.
 */
const MOST_SAVED = 10;

export interface PauseBudgetOptions {
  /** Share of the time on this clock, pauses apart, that pauses may take. */
  share: number;
  clockMs: () => number;
}

/** How much an isolate may still stop for floors. The first one is on credit. */
export class PauseBudget {
  readonly #options: PauseBudgetOptions;
  #savedMs = 0;
  #countedMs: number;

  constructor(options: PauseBudgetOptions) {
    this.#options = options;
    this.#countedMs = options.clockMs();
  }

  affords(pauseMs: number): boolean {
    this.#save(this.#options.clockMs());
    this.#savedMs = Math.min(this.#savedMs, MOST_SAVED * pauseMs);
    return this.#savedMs >= pauseMs;
  }

  /** The isolate has just stopped for so long, whether there was enough for it or not. */
  spend(pauseMs: number): void {
    const nowMs = this.#options.clockMs();
    this.#save(nowMs - pauseMs);
    this.#countedMs = nowMs;
    this.#savedMs -= pauseMs;
  }

  #save(untilMs: number): void {
    this.#savedMs += this.#options.share * Math.max(0, untilMs - this.#countedMs);
    this.#countedMs = untilMs;
  }
}
