import type { Guard } from '@leakguard/core';
import { isolateFeed, isolateSettings } from '@leakguard/core/adapter';
import type { IsolateFeed } from '../pool/pool-options.ts';
import { meterMessageIn } from './measure-messages.ts';
import { SteepAllowance } from './steep-allowance.ts';
import { NO_WISH, wishMessage } from './wishes.ts';

/** The parent's side of what isolates measure: floors of all isolates of a queue, on their way into the guard. */
export class IsolateFeeds {
  readonly #guard: Guard;
  readonly #queueName: string;
  readonly #steep: SteepAllowance;

  constructor(guard: Guard, queueName: string, nowMs: () => number = () => performance.now()) {
    this.#guard = guard;
    this.#queueName = queueName;
    this.#steep = new SteepAllowance(nowMs);
  }

  /** What `meterIsolate` has to be given in the isolates; null where nobody would take in what they measure. */
  get settings(): Readonly<Record<string, unknown>> | null {
    const settings = isolateSettings(this.#guard);
    return settings === null ? null : { ...settings };
  }

  /**
   * An isolate has started. Nothing that it sends makes `receive` throw.
   *
   * @param send takes a message to the isolate; without it its floors come as far apart as usual while something grows
   */
  open(send?: (message: object) => unknown): IsolateFeed {
    const feed = isolateFeed(this.#guard, (name) => `${this.#queueName}:${name}`, this.#queueName);
    let wish = NO_WISH;
    return {
      receive: (received) => {
        const message = meterMessageIn(received);
        if (message?.type === 'lacks') feed.lacks(message.reason);
        if (message?.type !== 'floor') return;
        if (message.beyondBudget === true) this.#steep.took();
        feed.push(message);
        const closer = feed.suspects;
        const inBudget = feed.named || this.#steep.isSpent;
        if (closer === wish.closer && inBudget === wish.inBudget) return;
        wish = { closer, inBudget };
        tell(send, wishMessage(wish));
      },
      close: () => feed.close(),
    };
  }
}

/** An isolate that is gone needs no wishes. */
function tell(send: ((message: object) => unknown) | undefined, message: object): void {
  try {
    Promise.resolve(send?.(message)).catch(() => undefined);
  } catch {
    // It is gone.
  }
}
