import type { ProfiledFunction } from '../internal-types.ts';
import { functionKey } from './function-key.ts';
import { NO_SLOTS, type Slots, union, without } from './slot-set.ts';

/** Functions of one route: middleware of its own and the handler; a route with more has a loop that makes them. */
const MAX_HANDLERS = 32;
/** Functions that one handler captured: a wrapper captures what it wraps, and little else. */
const MAX_CAPTURED = 16;

/** A handler of a scope by where it starts. */
export interface LocatedHandler extends ProfiledFunction {
  /**
   * Functions in the variables that it captured, if they were looked at. Wrappers all start at one place; what they wrap
   * tells them apart. What all of them captured tells nothing, and does no harm.
   */
  captured?: readonly ProfiledFunction[];
}

/** Which scopes a function serves, by where it starts. Bounded by the slots there are. */
export class HandlerRegistry {
  readonly #handlers = new SlotsByKey();
  readonly #captured = new SlotsByKey();
  /** Of a captured function, the handler that captured it. */
  readonly #wrappers = new Map<string, string>();

  /** Replaces what the slot had; true if that changed anything. */
  register(slot: number, handlers: readonly LocatedHandler[]): boolean {
    const own = handlers.slice(0, MAX_HANDLERS);
    const captured = own.flatMap((handler) => {
      const keys = (handler.captured ?? []).slice(0, MAX_CAPTURED).map(functionKey);
      return keys.map((key) => [key, functionKey(handler)] as const);
    });
    const isChanged = this.#handlers.set(slot, own.map(functionKey));
    const isOtherwise = this.#captured.set(
      slot,
      captured.map(([key]) => key),
    );
    for (const [key, wrapper] of captured) this.#wrappers.set(key, wrapper);
    if (isOtherwise) this.#dropWrappers();
    return isChanged || isOtherwise;
  }

  forget(slot: number): void {
    this.register(slot, []);
  }

  /** Scopes whose handler starts there: several where one factory or one wrapper made them, or routes share it. */
  slotsOf(key: string): Slots {
    const slots = this.#handlers.slotsOf(key);
    return slots.length > 0 || this.#captured.isEmpty ? slots : this.#wrapped(key);
  }

  /** Every slot that has handlers. */
  get all(): Slots {
    return this.#handlers.slots;
  }

  /** A helper that all wrappers captured serves as many scopes as they do. */
  #wrapped(key: string): Slots {
    const slots = this.#captured.slotsOf(key);
    if (slots.length === 0) return slots;
    const wrappers = this.#handlers.slotsOf(this.#wrappers.get(key) ?? '');
    return slots.length < wrappers.length ? slots : NO_SLOTS;
  }

  #dropWrappers(): void {
    for (const key of this.#wrappers.keys()) {
      if (this.#captured.slotsOf(key).length === 0) this.#wrappers.delete(key);
    }
  }
}

/** Slots by keys, and the other way round. */
class SlotsByKey {
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
