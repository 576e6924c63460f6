import { BackOff, STABLE_MS } from './back-off.ts';
import type { WorkerProcess } from './worker-process.ts';

/** The place of one of the `processes`: processes come and go in it. */
export class Slot {
  readonly index: number;
  /** The process that works here; null after a crash, until the next one is forked. */
  current: WorkerProcess | null = null;
  /** Its replacement while that boots. */
  successor: WorkerProcess | null = null;
  readonly #backOff: BackOff;
  #failedStarts = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(index: number, restartDelayMs: number) {
    this.index = index;
    this.#backOff = new BackOff(restartDelayMs);
  }

  /** Starts in a row that never became ready. */
  get failedStarts(): number {
    return this.#failedStarts;
  }

  /** Notes an end that nobody wanted, and gives the pause before the next start. */
  failed(worker: WorkerProcess): number {
    this.#failedStarts = worker.bootMs === null ? this.#failedStarts + 1 : 0;
    if (worker.readyForMs >= STABLE_MS) this.#backOff.reset();
    return this.#backOff.failed();
  }

  started(): void {
    this.#failedStarts = 0;
  }

  /** Keeps the process alive: with a single worker that crashed there is nothing else. */
  startLater(delayMs: number, start: () => void): void {
    this.#timer = setTimeout(start, delayMs);
  }

  cancelStart(): void {
    clearTimeout(this.#timer);
  }
}
