/** A verdict takes about twenty floors, of whichever isolates. */
const FLOORS = 48;
const HOUR_MS = 3_600_000;

/**
 * Floors that the isolates of one queue may take beyond their budgets where memory rises steeply, per hour and all
 * together: isolates that are healthy but fill half a gigabyte each time they are recycled would else pay for it for ever.
 */
export class SteepAllowance {
  readonly #nowMs: () => number;
  #sinceMs: number;
  #taken = 0;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
    this.#sinceMs = nowMs();
  }

  /** An isolate took one. */
  took(): void {
    this.#renew();
    this.#taken += 1;
  }

  get isSpent(): boolean {
    this.#renew();
    return this.#taken >= FLOORS;
  }

  #renew(): void {
    if (this.#nowMs() - this.#sinceMs < HOUR_MS) return;
    this.#sinceMs = this.#nowMs();
    this.#taken = 0;
  }
}
