import type { Isolate } from './isolate.ts';

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;

/** What a replacement needs of the pool. */
export interface ReplacementHost {
  start(): Promise<Isolate>;
  onReady(isolate: Isolate): void;
  onFailure(error: Error): void;
  nowMs(): number;
}

/**
 * Starts replacements, one at a time. After one that did not start it pauses, longer each time, and the isolates that are
 * due go on working meanwhile.
 */
export class Replacement {
  readonly #host: ReplacementHost;
  #starting: Promise<Isolate | null> | null = null;
  #isAwaited = false;
  #failures = 0;
  #pausedUntilMs = Number.NEGATIVE_INFINITY;

  constructor(host: ReplacementHost) {
    this.#host = host;
  }

  /** True while the last one to start did not. */
  get isFailing(): boolean {
    return this.#failures > 0;
  }

  /** Starts one, unless one is starting or it pauses. */
  ensure(): void {
    if (this.#starting !== null || this.#host.nowMs() < this.#pausedUntilMs) return;
    this.#isAwaited = false;
    this.#starting = this.#run().finally(() => {
      this.#starting = null;
    });
  }

  /** The one that starts, for one job that has no isolate: null where there is none, or another job waits for it. */
  claim(): Promise<Isolate | null> | null {
    if (this.#starting === null || this.#isAwaited) return null;
    this.#isAwaited = true;
    return this.#starting;
  }

  /** Resolves when none is starting any more. */
  async settled(): Promise<void> {
    await this.#starting;
  }

  async #run(): Promise<Isolate | null> {
    try {
      const isolate = await this.#host.start();
      this.#failures = 0;
      this.#host.onReady(isolate);
      return isolate;
    } catch (error) {
      this.#pausedUntilMs =
        this.#host.nowMs() + Math.min(FIRST_PAUSE_MS * 2 ** this.#failures, LONGEST_PAUSE_MS);
      this.#failures += 1;
      this.#host.onFailure(error as Error);
      return null;
    }
  }
}
