const MAX_DELAY_MS = 30_000;
/** A process that worked for so long has not failed at its start: the next pause is the shortest again. */
export const STABLE_MS = 10_000;

/** Doubling pauses between attempts that fail in a row. */
export class BackOff {
  readonly #firstMs: number;
  #failures = 0;

  constructor(firstMs: number) {
    this.#firstMs = firstMs;
  }

  /** Failures in a row so far. */
  get failures(): number {
    return this.#failures;
  }

  /** Notes a failure and gives the pause before the next attempt. */
  failed(): number {
    this.#failures += 1;
    // Beyond 2^30 the pause has long been the longest.
    const doubled = this.#firstMs * 2 ** Math.min(this.#failures - 1, 30);
    return Math.min(doubled, Math.max(this.#firstMs, MAX_DELAY_MS));
  }

  reset(): void {
    this.#failures = 0;
  }
}
