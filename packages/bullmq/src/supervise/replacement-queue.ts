import { setTimeout as wait } from 'node:timers/promises';
import { BackOff } from './back-off.ts';
import type { WorkerProcess } from './worker-process.ts';

/** What one attempt to replace came to. */
export type Attempt = 'replaced' | 'failed';

/**
 * Replaces one process at a time, in the order in which they asked: together they would take the memory of two sets of
 * workers and all boot at once. A replacement that cannot start is tried again after a pause, the old one works on meanwhile.
 */
export class ReplacementQueue {
  readonly #replace: (old: WorkerProcess) => Promise<Attempt>;
  readonly #backOff: BackOff;
  readonly #waiting: WorkerProcess[] = [];
  readonly #stopped = new AbortController();
  #isRunning = false;

  constructor(replace: (old: WorkerProcess) => Promise<Attempt>, firstDelayMs: number) {
    this.#replace = replace;
    this.#backOff = new BackOff(firstDelayMs);
  }

  /** Failures in a row so far. */
  get failures(): number {
    return this.#backOff.failures;
  }

  add(old: WorkerProcess): void {
    if (this.#stopped.signal.aborted || this.#waiting.includes(old)) return;
    this.#waiting.push(old);
    if (!this.#isRunning) void this.#run();
  }

  /** Starts nothing more; what is under way goes on. */
  stop(): void {
    this.#stopped.abort();
    this.#waiting.length = 0;
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#waiting.length > 0) {
      const old = this.#waiting[0]!;
      // One that crashed meanwhile was started again.
      const attempt = old.isServing ? await this.#attempt(old) : 'replaced';
      if (attempt === 'failed') await this.#pause();
      else {
        this.#backOff.reset();
        this.#waiting.shift();
      }
    }
    this.#isRunning = false;
  }

  /** An error is a failure like others: it must end neither the supervisor nor all further replacements. */
  async #attempt(old: WorkerProcess): Promise<Attempt> {
    try {
      return await this.#replace(old);
    } catch (error) {
      process.emitWarning(`leakguard: replacing a worker failed: ${String(error)}`, {
        code: 'LEAKGUARD_REPLACEMENT',
      });
      return 'failed';
    }
  }

  async #pause(): Promise<void> {
    const { signal } = this.#stopped;
    await wait(this.#backOff.failed(), undefined, { signal }).catch(() => undefined);
  }
}
