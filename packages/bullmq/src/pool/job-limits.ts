/** What the limits of isolates depend on. */
export interface JobLimitOptions {
  /** 0: no limit. */
  maxJobs: number;
  jitter: number;
  /** How many isolates start together, at most. */
  concurrency: () => number;
  /** Uniform in [0, 1). */
  random: () => number;
}

/** The isolates that start together get limits over this part of the maximum, evenly: they would all leave at once else. */
const FIRST_SPREAD = 0.5;

/**
 * After how many jobs each isolate is due. With a spread by a random 10 % alone, eight isolates that started together were
 * due within the time that three replacements take to start.
 */
export class JobLimits {
  readonly #options: JobLimitOptions;
  #given = 0;

  constructor(options: JobLimitOptions) {
    this.#options = options;
  }

  /** The limit of the next isolate to start; never above the maximum. */
  next(): number {
    const { maxJobs, jitter, random } = this.#options;
    if (maxJobs === 0) return Number.POSITIVE_INFINITY;
    const together = this.#options.concurrency();
    const share = this.#given < together ? FIRST_SPREAD * (this.#given / together) : jitter * random();
    this.#given += 1;
    return Math.max(1, Math.round(maxJobs * (1 - share)));
  }
}
