import { settle, toError } from './contain.ts';
import type { GuardEvents } from './types.ts';

type Listener<E extends keyof GuardEvents> = (payload: GuardEvents[E]) => void;

/** Subscriptions of a guard. A listener that throws or rejects goes to `error`; an `error` listener that does is ignored. */
export class GuardEmitter {
  readonly #listeners = new Map<keyof GuardEvents, Set<Listener<never>>>();

  /** @returns the function that unsubscribes */
  on<E extends keyof GuardEvents>(event: E, listener: Listener<E>): () => void {
    const entry: Listener<E> = (payload) => listener(payload);
    const listeners = this.#listeners.get(event) ?? new Set();
    listeners.add(entry as Listener<never>);
    this.#listeners.set(event, listeners);
    return () => listeners.delete(entry as Listener<never>);
  }

  emit<E extends keyof GuardEvents>(event: E, payload: GuardEvents[E]): void {
    for (const listener of [...(this.#listeners.get(event) ?? [])]) {
      this.#call(listener as Listener<E>, payload, event !== 'error');
    }
  }

  /** Tells of a background failure. */
  fail(error: unknown): void {
    this.emit('error', toError(error));
  }

  #call<E extends keyof GuardEvents>(listener: Listener<E>, payload: GuardEvents[E], report: boolean): void {
    const failed = (error: unknown): void => {
      if (report) this.fail(error);
    };
    try {
      // An async listener's rejection must not become the host's unhandled rejection.
      settle(listener(payload), failed);
    } catch (error) {
      failed(error);
    }
  }
}
