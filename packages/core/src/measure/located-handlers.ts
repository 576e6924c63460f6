import type { ProfiledFunction } from '../internal-types.ts';
import type { Seen } from '../types.ts';
import type { OfferedHandler } from './handler-inbox.ts';

type Handler = NonNullable<Seen['handlers']>[number];

/** Of one scope: its routes have a few each, and a loop that makes functions must not fill memory. */
const MAX_PER_SCOPE = 32;

/** Where the handlers of each scope start. A scope may have several routes, so they add up. */
export class LocatedHandlers {
  readonly #locate: (handler: Handler) => ProfiledFunction | null;
  readonly #bySlot = new Map<number, Map<string, ProfiledFunction>>();

  constructor(locate: (handler: Handler) => ProfiledFunction | null) {
    this.#locate = locate;
  }

  /**
   * Locates what a `HandlerInbox` gave, a handler per step: each takes some tenths of a millisecond, and an app of thousands of routes brings as many
   * at once. @returns the slots that have more handlers than before
   */
  *taking(offered: readonly OfferedHandler[]): Generator<void, number[]> {
    const changed = new Set<number>();
    for (const { slot, handler } of offered) {
      const located = this.#locate(handler);
      if (located !== null && this.#add(slot, located)) changed.add(slot);
      yield;
    }
    return [...changed];
  }

  of(slot: number): ProfiledFunction[] {
    return [...(this.#bySlot.get(slot)?.values() ?? [])];
  }

  forget(slot: number): void {
    this.#bySlot.delete(slot);
  }

  #add(slot: number, located: ProfiledFunction): boolean {
    const own = this.#bySlot.get(slot) ?? new Map<string, ProfiledFunction>();
    const key = `${located.scriptId}:${located.line}:${located.column}`;
    if (own.has(key) || own.size >= MAX_PER_SCOPE) return false;
    this.#bySlot.set(slot, own.set(key, located));
    return true;
  }
}
