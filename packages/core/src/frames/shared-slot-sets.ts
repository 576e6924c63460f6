import type { Slots } from './slot-set.ts';

/** Sets that are remembered; apps have a few dozen. */
const MAX_SETS = 256;

/** One list for each set of scopes: hundreds of stacks speak of the same hundreds of scopes, and a list of 500 takes 4 KB. */
export class SharedSlotSets {
  readonly #known = new Map<string, Slots>();

  /** The first list that was given with these members in this order. */
  shared(slots: Slots): Slots {
    const key = slots.join();
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    if (this.#known.size >= MAX_SETS) this.#known.clear();
    this.#known.set(key, slots);
    return slots;
  }

  clear(): void {
    this.#known.clear();
  }
}
