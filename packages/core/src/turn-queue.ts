export interface TurnQueueHooks {
  /** Calls back in a later turn of the event loop. */
  nextTurn(run: () => void): void;
  /** Does work that must not throw into the host. */
  contained(work: () => void): void;
}

interface Waiting {
  work: Iterator<unknown>;
  run: () => void;
}

/**
 * Work in pieces, one per turn of the event loop, as all of it together would stop a program for longer than anybody wants to wait.
 * What is added first is finished first.
 */
export class TurnQueue {
  readonly #hooks: TurnQueueHooks;
  readonly #waiting: Waiting[] = [];
  #isWorking = false;

  constructor(hooks: TurnQueueHooks) {
    this.#hooks = hooks;
  }

  /**
   * Runs at once if nothing waits and there is nothing to do before.
   *
   * @param work each step does one piece; one that throws ends it
   * @param run what comes after it; must not throw, and runs also when nothing else does any more
   */
  add(work: Iterator<unknown>, run: () => void): void {
    this.#waiting.push({ work, run });
    if (!this.#isWorking) this.#go();
  }

  /** No piece is done any more: what waits runs now. */
  stop(): void {
    for (const { run } of this.#waiting.splice(0)) run();
  }

  #go(): void {
    this.#isWorking = true;
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      if (this.#hasMore(first.work)) {
        this.#hooks.nextTurn(() => this.#go());
        return;
      }
      this.#waiting.shift();
      first.run();
    }
    this.#isWorking = false;
  }

  #hasMore(work: Iterator<unknown>): boolean {
    let hasMore = false;
    this.#hooks.contained(() => {
      hasMore = work.next().done !== true;
    });
    return hasMore;
  }
}
