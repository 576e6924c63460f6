import type { AnyFunction, CapturedFunction, ProfiledFunction } from '../internal-types.ts';
import type { HandlerInbox } from './handler-inbox.ts';

/** Of one scope: its routes have a few each, and a loop that makes functions must not fill memory. */
const MAX_PER_SCOPE = 32;
/** Closures of one place in one scope that are looked into: a factory may have made several of its functions. */
const MAX_CLOSURES = 8;
/** Handlers that are located, or compared, in one turn of the event loop. */
const PER_TURN = 32;
/** Handlers that are looked into in one turn: each takes a millisecond or a few. */
const LOOKS_PER_TURN = 4;

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
  readonly #bySlot = new Map<number, Map<string, Entry>>();
  /** By slot, the functions that were taken. */
  readonly #taken = new Map<number, WeakSet<AnyFunction>>();

  constructor(source: FunctionSource) {
    this.#source = source;
  }

  /** Locates what has come in, some per turn. @returns the slots that have more handlers than before */
  *take(inbox: HandlerInbox): Generator<void, number[]> {
    const changed = new Set<number>();
    while (!inbox.isEmpty) {
      for (const { slot, handler } of inbox.take(PER_TURN)) {
        const located = this.#source.locate(handler);
        if (located !== null && this.#add(slot, handler, located)) changed.add(slot);
      }
      if (!inbox.isEmpty) yield;
    }
    return [...changed];
  }

  /**
   * Looks into the closures of handlers, each once, some per turn.
   *
   * @param isWrapper whether that is worth it for a handler of this place
   * @returns the slots of which more is known than before
   */
  *look(isWrapper: (place: ProfiledFunction) => boolean): Generator<void, number[]> {
    const changed = new Set<number>();
    let [compared, looked] = [0, 0];
    for (const [slot, entries] of this.#bySlot) {
      for (const entry of entries.values()) {
        if (entry.closures.length === 0) continue;
        if (++compared % PER_TURN === 0) yield;
        if (!isWrapper(entry.place)) continue;
        if (this.#lookInto(entry)) changed.add(slot);
        if (++looked % LOOKS_PER_TURN === 0) yield;
      }
    }
    return [...changed];
  }

  of(slot: number): LocatedHandler[] {
    const entries = this.#bySlot.get(slot)?.values() ?? [];
    return [...entries].map(({ place, captured }) => ({ ...place, captured }));
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

  #add(slot: number, handler: AnyFunction, place: ProfiledFunction): boolean {
    const taken = this.#taken.get(slot) ?? new WeakSet();
    if (taken.has(handler)) return false;
    this.#taken.set(slot, taken.add(handler));
    const own = this.#bySlot.get(slot) ?? new Map<string, Entry>();
    const key = `${place.scriptId}:${place.line}:${place.column}`;
    let entry = own.get(key);
    const isNew = entry === undefined;
    if (isNew && own.size >= MAX_PER_SCOPE) return false;
    entry ??= { place, closures: [], closuresLeft: MAX_CLOSURES, captured: [] };
    if (entry.closuresLeft-- > 0) entry.closures.push(new WeakRef(handler));
    this.#bySlot.set(slot, own.set(key, entry));
    return isNew;
  }
}
