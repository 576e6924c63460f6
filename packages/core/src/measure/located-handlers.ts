import type { AnyFunction, CapturedFunction, ProfiledFunction } from '../internal-types.ts';
import type { OfferedHandler } from './handler-inbox.ts';

/** Of one scope: its routes have a few each, and a loop that makes functions must not fill memory. */
const MAX_PER_SCOPE = 32;
/** Closures of one place in one scope that are looked into: a factory may have made several of its functions. */
const MAX_CLOSURES = 8;

/** A handler by where it starts, and what its closures hold. */
export interface LocatedHandler extends ProfiledFunction {
  captured: readonly CapturedFunction[];
}

/** What is asked of V8; see `AllocationSampler`. */
export interface FunctionSource {
  locate(fn: AnyFunction): ProfiledFunction | null;
  captured(fn: AnyFunction): readonly CapturedFunction[];
}

interface Entry {
  readonly place: ProfiledFunction;
  /** Functions of this place that were not looked into. */
  readonly closures: WeakRef<AnyFunction>[];
  closuresLeft: number;
  captured: readonly CapturedFunction[];
}

/** Where the handlers of each scope start. A scope may have several routes, so they add up. Keeps none of them alive. */
export class LocatedHandlers {
  readonly #source: FunctionSource;
  /** Lists, of one entry mostly: a table for each scope would take more than what is in it. */
  readonly #bySlot = new Map<number, Entry[]>();
  /** By slot, the functions that were taken. */
  readonly #taken = new Map<number, WeakSet<AnyFunction>>();

  constructor(source: FunctionSource) {
    this.#source = source;
  }

  /**
   * Locates what a `HandlerInbox` gave, a handler per step: each takes some tenths of a millisecond, and an app of thousands of routes brings as many
   * at once. @returns the slots that have more handlers than before
   */
  *taking(offered: readonly OfferedHandler[]): Generator<void, number[]> {
    const changed = new Set<number>();
    for (const { slot, handler } of offered) {
      if (!this.#isNew(slot, handler)) continue;
      const located = this.#source.locate(handler);
      if (located !== null && this.#add(slot, handler, located)) changed.add(slot);
      yield;
    }
    return [...changed];
  }

  /**
   * Looks into the closures of handlers, each once, a handler per step: that takes a millisecond or a few.
   *
   * @param isWrapper whether it is worth it for a handler of this place
   * @returns the slots of which more is known than before
   */
  *looking(isWrapper: (place: ProfiledFunction) => boolean): Generator<void, number[]> {
    const changed = new Set<number>();
    for (const [slot, entries] of this.#bySlot) {
      for (const entry of entries) {
        if (entry.closures.length === 0) continue;
        if (isWrapper(entry.place) && this.#lookInto(entry)) changed.add(slot);
        yield;
      }
    }
    return [...changed];
  }

  of(slot: number): LocatedHandler[] {
    const entries = this.#bySlot.get(slot) ?? [];
    return entries.map(({ place, captured }) => ({ ...place, captured }));
  }

  forget(slot: number): void {
    this.#bySlot.delete(slot);
    this.#taken.delete(slot);
  }

  #lookInto(entry: Entry): boolean {
    const found = entry.closures.splice(0).flatMap((closure) => {
      const fn = closure.deref();
      return fn === undefined ? [] : this.#source.captured(fn);
    });
    entry.captured = [...entry.captured, ...found];
    return found.length > 0;
  }

  #isNew(slot: number, handler: AnyFunction): boolean {
    const taken = this.#taken.get(slot) ?? new WeakSet();
    if (taken.has(handler)) return false;
    this.#taken.set(slot, taken.add(handler));
    return true;
  }

  #add(slot: number, handler: AnyFunction, place: ProfiledFunction): boolean {
    const own = this.#bySlot.get(slot) ?? [];
    const known = own.find((entry) => isSamePlace(entry.place, place));
    if (known === undefined && own.length >= MAX_PER_SCOPE) return false;
    const entry = known ?? { place, closures: [], closuresLeft: MAX_CLOSURES, captured: [] };
    if (entry.closuresLeft-- > 0) entry.closures.push(new WeakRef(handler));
    if (known === undefined) this.#bySlot.set(slot, [...own, entry]);
    return known === undefined;
  }
}

function isSamePlace(a: ProfiledFunction, b: ProfiledFunction): boolean {
  return a.scriptId === b.scriptId && a.line === b.line && a.column === b.column;
}
