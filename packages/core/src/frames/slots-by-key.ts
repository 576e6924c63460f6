import { NO_SLOTS, type Slots, union, without } from './slot-set.ts';

/** Slots by keys, and the other way round. */
export class SlotsByKey {
  readonly #slotsByKey = new Map<string, Slots>();
  readonly #keysBySlot = new Map<number, readonly string[]>();

  get isEmpty(): boolean {
    return this.#slotsByKey.size === 0;
  }

  get slots(): Slots {
    return [...this.#keysBySlot.keys()].sort((a, b) => a - b);
  }

  slotsOf(key: string): Slots {
    return this.#slotsByKey.get(key) ?? NO_SLOTS;
  }

  /** True if that changed anything. */
  set(slot: number, keys: readonly string[]): boolean {
    const own = [...new Set(keys)];
    const before = this.#keysBySlot.get(slot) ?? [];
    if (before.length === own.length && before.every((key, at) => key === own[at])) return false;
    for (const key of before) this.#take(key, slot);
    if (own.length > 0) this.#keysBySlot.set(slot, own);
    else this.#keysBySlot.delete(slot);
    for (const key of own) this.#slotsByKey.set(key, union(this.slotsOf(key), [slot]));
    return true;
  }

  #take(key: string, slot: number): void {
    const left = without(this.slotsOf(key), slot);
    if (left.length === 0) this.#slotsByKey.delete(key);
    else this.#slotsByKey.set(key, left);
  }
}
