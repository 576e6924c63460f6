const KEPT_ERRORS = 5;

/** How far a load is, and who waits for it to be further. */
export class LoadProgress {
  /** @type {string[]} the first few failures */
  messages = [];
  /** Units finished so far, failed ones included. */
  done = 0;
  errors = 0;
  #ended = false;
  /** @type {{ units: number, resolve: () => void, reject: (error: Error) => void }[]} */
  #waiters = [];

  /** @param {string} message */
  fail(message) {
    this.errors += 1;
    if (this.messages.length < KEPT_ERRORS) this.messages.push(message);
  }

  finished() {
    this.done += 1;
    this.#wake();
  }

  /** No more units will finish: whoever waits for more is told. */
  end() {
    this.#ended = true;
    for (const { reject } of this.#waiters) reject(this.#tooFew());
    this.#waiters = [];
  }

  /**
   * @param {number} units
   * @returns {Promise<void>} resolves when so many units are done; rejects when the load has ended before
   */
  reached(units) {
    return new Promise((resolve, reject) => {
      this.#waiters.push({ units, resolve, reject });
      this.#wake();
      if (this.#ended) this.end();
    });
  }

  #wake() {
    if (!this.#waiters.some(({ units }) => units <= this.done)) return;
    for (const waiter of this.#waiters) if (waiter.units <= this.done) waiter.resolve();
    this.#waiters = this.#waiters.filter(({ units }) => units > this.done);
  }

  #tooFew() {
    return new Error(`the load ended after ${this.done} units`);
  }
}
