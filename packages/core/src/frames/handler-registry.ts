import { NO_SLOTS, type Slots, union, without } from './slot-set.ts';

/** Functions of one route: middleware of its own and the handler; a route with more has a loop that makes them. */
const MAX_HANDLERS = 32;

/** Which scopes a function serves, by where it starts. Bounded by the slots there are. */
export class HandlerRegistry {
  readonly #slotsByKey = new Map<string, Slots>();
  readonly #keysBySlot = new Map<number, readonly string[]>();

  /** Replaces what the slot had; true if that changed anything. */
  register(slot: number, keys: readonly string[]): boolean {
    const own = [...new Set(keys)].slice(0, MAX_HANDLERS);
    const before = this.#keysBySlot.get(slot);
    if (before?.length === own.length && before.every((key, at) => key === own[at])) return false;
    this.forget(slot);
    if (own.length > 0) this.#keysBySlot.set(slot, own);
    for (const key of own) this.#slotsByKey.set(key, union(this.slotsOf(key), [slot]));
    return true;
  }

  /** True if the slot had handlers. */
  forget(slot: number): boolean {
    const keys = this.#keysBySlot.get(slot);
    if (keys === undefined) return false;
    for (const key of keys) {
      const left = without(this.slotsOf(key), slot);
      if (left.length === 0) this.#slotsByKey.delete(key);
      else this.#slotsByKey.set(key, left);
    }
    return this.#keysBySlot.delete(slot);
  }

  /** Scopes whose handler starts there: several where one factory or one wrapper made them, or routes share it. */
  slotsOf(key: string): Slots {
    return this.#slotsByKey.get(key) ?? NO_SLOTS;
  }

  /** Every slot that has handlers. */
  get all(): Slots {
    return [...this.#keysBySlot.keys()].sort((a, b) => a - b);
  }
}
