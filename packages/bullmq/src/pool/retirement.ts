import { hasEnded, killChild, sendToChild } from '../bullmq-internals.ts';
import { sealed } from '../child/protocol.ts';
import type { Isolate } from './isolate.ts';

/** Time for a full GC of a large heap and the last report; what blocks its event loop for longer is killed. */
const DEADLINE_MS = 10_000;

/** Asks isolates to leave that have no job, and ends those that do not. */
export class Retirements {
  readonly #underWay = new Set<Promise<void>>();
  readonly #deadlineMs: number;

  constructor(deadlineMs: number = DEADLINE_MS) {
    this.#deadlineMs = deadlineMs;
  }

  get count(): number {
    return this.#underWay.size;
  }

  /** Resolves when it is gone; it must have been taken out of the pool before, so that no job comes to it any more. */
  retire(isolate: Isolate): Promise<void> {
    const leaving = this.#leave(isolate).finally(() => this.#underWay.delete(leaving));
    this.#underWay.add(leaving);
    return leaving;
  }

  async settled(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  async #leave({ child }: Isolate): Promise<void> {
    if (hasEnded(child)) return;
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    const deadline = setTimeout(() => void killChild(child), this.#deadlineMs);
    // Not awaited: a child whose channel is full may never take it, and one that cannot be sent to is killed.
    void sendToChild(child, sealed({ kind: 'leave' }));
    await gone;
    clearTimeout(deadline);
  }
}
