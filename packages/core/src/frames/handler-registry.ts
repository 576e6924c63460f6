import type { CapturedFunction, ProfiledFunction } from '../internal-types.ts';
import { functionKey } from './function-key.ts';
import { NO_SLOTS, type Slots } from './slot-set.ts';
import { SlotsByKey } from './slots-by-key.ts';

/** Functions of one route: middleware of its own and the handler; a route with more has a loop that makes them. */
const MAX_HANDLERS = 32;
/** Functions that the closures of one handler hold. */
const MAX_CAPTURED = 32;

/** A handler of a scope by where it starts. */
export interface LocatedHandler extends ProfiledFunction {
  /**
   * Functions that its closures hold, if they were looked into. Wrappers all start at one place; what they wrap
   * tells them apart. What all of them hold tells nothing, and does no harm.
   */
  captured?: readonly CapturedFunction[];
}

/** A function that handlers hold in their closures. */
interface Held {
  readonly fn: CapturedFunction;
  /** Key of the handler. */
  readonly wrapper: string;
  /** True where the source says that its holder calls it. */
  isCalled: boolean;
}

/** Which scopes a function serves, by where it starts. Bounded by the slots there are. */
export class HandlerRegistry {
  readonly #handlers = new SlotsByKey();
  readonly #captured = new SlotsByKey();
  readonly #places = new Map<number, readonly LocatedHandler[]>();
  readonly #held = new Map<string, Held>();

  /** Replaces what the slot had; true if that changed anything. */
  register(slot: number, handlers: readonly LocatedHandler[]): boolean {
    const own = handlers.slice(0, MAX_HANDLERS);
    this.#places.set(slot, own);
    const held = own.flatMap((handler) => heldBy(handler));
    const isChanged = this.#handlers.set(slot, own.map(functionKey));
    const isOtherwise = this.#captured.set(
      slot,
      held.map(({ fn }) => functionKey(fn)),
    );
    for (const one of held) this.#hold(one);
    if (isOtherwise) this.#dropHeld();
    return isChanged || isOtherwise;
  }

  forget(slot: number): void {
    this.register(slot, []);
    this.#places.delete(slot);
  }

  /** Asks again of which held functions the source says that their holders call them. True if there are more than before. */
  noteCalls(isCalled: (fn: CapturedFunction) => boolean): boolean {
    let isMore = false;
    for (const held of this.#held.values()) {
      if (held.isCalled || !isCalled(held.fn)) continue;
      held.isCalled = true;
      isMore = true;
    }
    return isMore;
  }

  /** Scopes whose handler starts there: several where one factory or one wrapper made them, or routes share it. */
  slotsOf(key: string): Slots {
    const slots = this.#handlers.slotsOf(key);
    return slots.length > 0 || this.#captured.isEmpty ? slots : this.#wrapped(key);
  }

  /** True for a function that serves scopes only through handlers that hold it: others may call it, too. */
  isWrapped(key: string): boolean {
    return this.#handlers.slotsOf(key).length === 0 && this.slotsOf(key).length > 0;
  }

  /** What calls a wrapped function for its scopes: the handler, and what all of its closures hold. */
  wrappersOf(key: string): readonly string[] {
    const wrapper = this.#held.get(key)?.wrapper;
    if (wrapper === undefined) return [];
    const { length } = this.#handlers.slotsOf(wrapper);
    const shared = [...this.#held].filter(
      ([other, held]) => held.wrapper === wrapper && this.#captured.slotsOf(other).length >= length,
    );
    return [wrapper, ...shared.map(([other]) => other)].filter((one) => one !== key);
  }

  /** The one function that serves a scope and no other; of a wrapper, what it wraps. Null where that is not one. */
  only(slot: number): ProfiledFunction | null {
    const own = this.#places.get(slot) ?? [];
    const all = own.flatMap((handler): readonly ProfiledFunction[] => {
      const wrapped = (handler.captured ?? []).filter((fn) => this.#isOnly(fn, slot));
      const called = wrapped.filter((fn) => this.#isCalled(fn));
      if (called.length > 0) return called;
      return wrapped.length > 0 ? wrapped : [handler];
    });
    const found = new Map(all.filter((fn) => this.#isOnly(fn, slot)).map((fn) => [functionKey(fn), fn]));
    const [first = null] = found.values();
    return found.size === 1 ? first : null;
  }

  /** Every slot that has handlers. */
  get all(): Slots {
    return this.#handlers.slots;
  }

  #isOnly(fn: ProfiledFunction, slot: number): boolean {
    const slots = this.slotsOf(functionKey(fn));
    return slots.length === 1 && slots[0] === slot;
  }

  #isCalled(fn: ProfiledFunction): boolean {
    return this.#held.get(functionKey(fn))?.isCalled === true;
  }

  /** A helper that all wrappers hold serves as many scopes as they do: it is one of these only where they call it by its variable. */
  #wrapped(key: string): Slots {
    const slots = this.#captured.slotsOf(key);
    const held = this.#held.get(key);
    if (slots.length === 0 || held === undefined || held.isCalled) return slots;
    return slots.length < this.#handlers.slotsOf(held.wrapper).length ? slots : NO_SLOTS;
  }

  #hold(held: Held): void {
    const key = functionKey(held.fn);
    const isCalled = this.#held.get(key)?.isCalled ?? false;
    this.#held.set(key, { ...held, isCalled });
  }

  #dropHeld(): void {
    for (const key of this.#held.keys()) if (this.#captured.slotsOf(key).length === 0) this.#held.delete(key);
  }
}

function heldBy(handler: LocatedHandler): Held[] {
  const captured = (handler.captured ?? []).slice(0, MAX_CAPTURED);
  return captured.map((fn) => ({ fn, wrapper: functionKey(handler), isCalled: false }));
}
