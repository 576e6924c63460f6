import { LRUCache } from 'lru-cache';
import type { ScopeId, ScopeKind } from '../types.ts';

/** Rows without a unit of a scope after which another scope may have its slot. */
const IDLE_ROWS = 20;

/** The slot of an id that has none. */
export const NO_SLOT = -1;
/** The id of a slot that no scope has. */
const FREE = -1;

const KINDS: readonly ScopeKind[] = ['route', 'job'];

/** `(other)` and `(ignored)`, for routes and for jobs. */
const MOST_RESERVED = 4;

/**
 * Which scope has which slot. Slots are few and run from 0, and everything that is kept per scope is kept per slot; a slot
 * can pass on to another scope. An id names a scope and never passes on: it holds the kind, the slot and how many scopes
 * had the slot before.
 */
export class ScopeSlots {
  readonly #maxNamed: number;
  readonly #idsPerTurn: number;
  /** Slots by kind and name, the scope that was idle longest first; `(other)` and `(ignored)` are not among them. */
  readonly #named: LRUCache<string, number>;
  readonly #reserved = new Map<string, number>();
  readonly #free: number[] = [];
  readonly #names: (string | undefined)[] = [];
  readonly #kinds: ScopeKind[] = [];
  readonly #ids: number[] = [];
  /** How many scopes had the slot so far. */
  readonly #turns: number[] = [];
  readonly #activeAt: number[] = [];
  #rows = 0;

  /** @param maxNamed scopes at a time, beside the reserved ones */
  constructor(maxNamed: number) {
    this.#maxNamed = maxNamed;
    this.#idsPerTurn = (maxNamed + MOST_RESERVED) * KINDS.length;
    this.#named = new LRUCache({ max: maxNamed });
  }

  /** Slots that were ever taken. */
  get length(): number {
    return this.#names.length;
  }

  /** Undefined for a free slot. */
  nameOf(slot: number): string | undefined {
    return this.#names[slot];
  }

  kindOf(slot: number): ScopeKind {
    return this.#kinds[slot]!;
  }

  idOf(slot: number): ScopeId {
    return this.#ids[slot] as ScopeId;
  }

  /** The slot of a scope that has one. */
  find(kind: ScopeKind, name: string): number | undefined {
    const key = keyOf(kind, name);
    return this.#named.peek(key) ?? this.#reserved.get(key);
  }

  /** A slot for a new scope, undefined if all are taken. */
  take(kind: ScopeKind, name: string): number | undefined {
    const slot = this.#free.pop() ?? (this.#named.size < this.#maxNamed ? this.#names.length : undefined);
    if (slot === undefined) return undefined;
    this.#named.set(keyOf(kind, name), slot);
    return this.#fill(slot, kind, name);
  }

  /** A slot that never passes on. */
  reserve(kind: ScopeKind, name: string): number {
    const known = this.#reserved.get(keyOf(kind, name));
    if (known !== undefined) return known;
    const slot = this.#names.length;
    this.#reserved.set(keyOf(kind, name), slot);
    return this.#fill(slot, kind, name);
  }

  /** The slot of the scope with this id, `NO_SLOT` where none has it. */
  slotOf(id: number): number {
    const slot = (id % this.#idsPerTurn) >> 1;
    return this.#ids[slot] === id ? slot : NO_SLOT;
  }

  /** The kind of a scope that lost its slot, null for what never was a scope here. */
  evictedKind(id: number): ScopeKind | null {
    if (!Number.isInteger(id) || id < 0) return null;
    const slot = (id % this.#idsPerTurn) >> 1;
    const earlierTurns = this.#turns[slot]! - (this.#ids[slot] === FREE ? 0 : 1);
    return id < earlierTurns * this.#idsPerTurn ? KINDS[id & 1]! : null;
  }

  /** A row was written; tells which of the slots had units in flight or finished since the row before. */
  nextRow(wasActive: (slot: number) => boolean): void {
    this.#rows += 1;
    for (let slot = 0; slot < this.#names.length; slot++) {
      const name = this.#names[slot];
      if (name === undefined || !wasActive(slot)) continue;
      this.#activeAt[slot] = this.#rows;
      this.#named.get(keyOf(this.#kinds[slot]!, name));
    }
  }

  /** Frees up to `most` slots of scopes that have been idle for 20 rows, those idle longest first; returns the slots. */
  evictIdle(most: number, isHeld: (slot: number) => boolean): number[] {
    const evicted: number[] = [];
    for (const key of [...this.#named.rkeys()]) {
      const slot = this.#named.peek(key)!;
      if (evicted.length >= most || this.#rows - this.#activeAt[slot]! < IDLE_ROWS) break;
      if (isHeld(slot)) continue;
      this.#named.delete(key);
      this.#names[slot] = undefined;
      this.#ids[slot] = FREE;
      this.#free.push(slot);
      evicted.push(slot);
    }
    return evicted;
  }

  #fill(slot: number, kind: ScopeKind, name: string): number {
    const turn = this.#turns[slot] ?? 0;
    this.#turns[slot] = turn + 1;
    this.#ids[slot] = turn * this.#idsPerTurn + slot * KINDS.length + KINDS.indexOf(kind);
    this.#names[slot] = name;
    this.#kinds[slot] = kind;
    this.#activeAt[slot] = this.#rows;
    return slot;
  }
}

function keyOf(kind: ScopeKind, name: string): string {
  return `${kind} ${name}`;
}
