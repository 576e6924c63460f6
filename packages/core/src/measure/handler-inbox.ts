import type { Seen } from '../types.ts';

type Handlers = NonNullable<Seen['handlers']>;
type Handler = Handlers[number];

/** A handler of the scope of a slot. */
export interface OfferedHandler {
  slot: number;
  handler: Handler;
}

/** Handlers of one unit that are looked at: routes have a few. */
const MAX_PER_UNIT = 16;
/** Handlers that wait to be read; apps have hundreds, and what does not fit comes again with a later unit. */
const MAX_WAITING = 2000;
/** A scope's handlers are looked at with its first units, and then now and then: it may have several routes. */
const FIRST_UNITS = 2;
const EVERY_UNITS = 64;

/** The handlers of scopes as units bring them, until the next read of the profiler asks where they are. Keeps none of them alive. */
export class HandlerInbox {
  /** By scope, the lists that were taken: an adapter makes one per route, or one for all jobs of a processor. */
  readonly #taken: (WeakSet<object> | undefined)[] = [];
  #waiting: { slot: number; handler: WeakRef<Handler> }[] = [];

  /** True for the units of a scope whose handlers are worth a look: asked per unit, so it only compares numbers. */
  static wants(units: number): boolean {
    return units <= FIRST_UNITS || units % EVERY_UNITS === 0;
  }

  offer(slot: number, handlers: Handlers): void {
    const taken = this.#takenOf(slot);
    if (taken.has(handlers) || this.#waiting.length >= MAX_WAITING) return;
    taken.add(handlers);
    for (const handler of handlers.slice(0, MAX_PER_UNIT))
      if (typeof handler === 'function') this.#waiting.push({ slot, handler: new WeakRef(handler) });
  }

  /** What came since the last time, where it is still alive. */
  take(): OfferedHandler[] {
    const taken = this.#waiting.splice(0);
    return taken.flatMap(({ slot, handler }) => {
      const alive = handler.deref();
      return alive === undefined ? [] : [{ slot, handler: alive }];
    });
  }

  /** A scope lost its slot. */
  forget(slot: number): void {
    this.#waiting = this.#waiting.filter((item) => item.slot !== slot);
    this.#taken[slot] = undefined;
  }

  #takenOf(slot: number): WeakSet<object> {
    while (this.#taken.length < slot) this.#taken.push(undefined);
    this.#taken[slot] ??= new WeakSet();
    return this.#taken[slot];
  }
}
