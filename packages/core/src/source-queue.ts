/** What a queue needs of its owner. */
export interface SourceQueueHooks {
  /** Calls back in a later turn of the event loop. */
  nextTurn(run: () => void): void;
  /** Reads one file; must not throw. */
  read(path: string): void;
  /** Which of these files need no reading any more. */
  isRead(path: string): boolean;
}

interface Waiting {
  paths: string[];
  run: () => void;
}

/**
 * Work that needs source files, done in order, each when its files have been read: one file per turn of the event loop, as all
 * of an app's files together would stop it for longer than anybody wants to wait.
 */
export class SourceQueue {
  readonly #hooks: SourceQueueHooks;
  #waiting: Waiting[] = [];
  #isStepping = false;

  constructor(hooks: SourceQueueHooks) {
    this.#hooks = hooks;
  }

  /** Runs at once if nothing waits and every file is known. @param run must not throw */
  add(paths: readonly string[], run: () => void): void {
    this.#waiting.push({ paths: [...paths], run });
    if (!this.#isStepping) this.#step();
  }

  /** Nothing is read any more: what waits runs now. */
  stop(): void {
    for (const { run } of this.#waiting.splice(0)) run();
  }

  #step(): void {
    this.#isStepping = true;
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      const path = first.paths.find((each) => !this.#hooks.isRead(each));
      if (path !== undefined) {
        first.paths.splice(first.paths.indexOf(path), 1);
        this.#hooks.nextTurn(() => this.#readOne(path));
        return;
      }
      this.#waiting.shift();
      first.run();
    }
    this.#isStepping = false;
  }

  #readOne(path: string): void {
    if (this.#waiting.length > 0) this.#hooks.read(path);
    this.#step();
  }
}
