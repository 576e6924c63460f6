import type { ScopeId, ScopeKind, Seen, Unit } from '../types.ts';
import { HandlerInbox } from './handler-inbox.ts';
import { isScopeName, scopeKind, scopeName } from './scope-name.ts';
import { NO_SLOT, ScopeSlots } from './scope-slots.ts';
import { seenHandlers } from './seen-handlers.ts';
import { ranElsewhere, seenSubject } from './seen-subject.ts';

/** Where units beyond `maxScopes` count. */
export const OTHER_SCOPE = '(other)';
/** Where units of ignored scopes count. */
export const IGNORED_SCOPE = '(ignored)';

/** What the ledger tells its owner at the boundary; both must be cheap and must not throw. */
export interface LedgerHooks {
  /** A unit ended in the scope of this slot; `units` is how many that scope has finished by now. */
  finished(slot: number, units: number, subject: object | undefined): void;
  /** With the first units of a scope and then now and then: the functions that handled one. */
  handled(slot: number, handlers: NonNullable<Seen['handlers']>): void;
  /** True if this unit's begin and end should be timed. */
  shouldTime(): boolean;
  now(): number;
  /** What begin and end of a timed unit took together, milliseconds. */
  timed(boundaryMs: number): void;
  /** A unit begins and nothing else is in flight: true if `endedAlone` wants to hear of its end. */
  beganAlone(): boolean;
  /** That unit ended and nothing had begun meanwhile; asked before anything else happens at the end. */
  endedAlone(slot: number): void;
  /** `maxScopes` is reached: this scope is the first to count in `(other)`, while no slot is free. Called once. */
  overflowed(name: string): void;
}

/** Scopes that lost their slot, and the units that they had finished by then. */
export interface Evicted {
  scopes: number;
  units: number;
}

/**
 * Counts finished units per scope and units in flight. Allocates nothing per unit but the unit itself. Scopes have slots,
 * as many as `maxScopes`: when all are taken and one has been idle for long, another scope may get its slot (`evictIdle`).
 */
export class Ledger {
  /** Units finished, all scopes. */
  totalUnits = 0;
  /** Units begun and not finished. */
  inFlight = 0;
  readonly evicted: Evicted = { scopes: 0, units: 0 };
  readonly #slots: ScopeSlots;
  readonly #units: number[] = [];
  readonly #inFlightOf: number[] = [];
  readonly #unitsAtRow: number[] = [];
  readonly #turns: number[] = [];
  readonly #ignore: (scope: string) => boolean;
  readonly #hooks: LedgerHooks;
  #open = true;
  #overflowed = false;
  /** Scopes that got no slot since the last eviction, at most as many as there are slots for. */
  readonly #waiting = new Set<string>();
  readonly #maxScopes: number;
  /** The unit that `beganAlone` wants to hear of, as long as it is alone. */
  #alone: LedgerUnit | null = null;

  constructor(options: { maxScopes: number; ignore: (scope: string) => boolean; hooks: LedgerHooks }) {
    this.#slots = new ScopeSlots(options.maxScopes);
    this.#maxScopes = options.maxScopes;
    this.#ignore = options.ignore;
    this.#hooks = options.hooks;
  }

  /** Slots that were ever taken; they run from 0. */
  get slots(): number {
    return this.#slots.length;
  }

  /** The name of the scope that has this slot, undefined for a free one. */
  nameOf(slot: number): string | undefined {
    return this.#slots.nameOf(slot);
  }

  kindOf(slot: number): ScopeKind {
    return this.#slots.kindOf(slot);
  }

  unitsOf(slot: number): number {
    return this.#units[slot]!;
  }

  inFlightOf(slot: number): number {
    return this.#inFlightOf[slot]!;
  }

  /** How many scopes had lost their slot when this one got its own: higher when a scope that lost it comes back. */
  turnOf(slot: number): number {
    return this.#turns[slot]!;
  }

  /**
   * Interns a scope under its printable name. The answer is `(other)` when no slot is free, and one id for all ignored
   * names. Never throws, whatever a host passes.
   */
  scope(kind: ScopeKind, name: string): ScopeId {
    const known = isScopeName(name) ? this.#slots.find(scopeKind(kind), name) : undefined;
    return this.#slots.idOf(known ?? this.#intern(scopeKind(kind), scopeName(name)));
  }

  /** The slot of the scope of this name; as {@link scope} it never throws and may answer with that of `(other)`. */
  slotOfName(kind: ScopeKind, name: string): number {
    return this.#slots.slotOf(this.scope(kind, name));
  }

  begin(): Unit {
    if (!this.#open) return new LedgerUnit(this);
    const timed = this.#hooks.shouldTime();
    const start = timed ? this.#hooks.now() : 0;
    const unit = new LedgerUnit(this);
    this.inFlight += 1;
    if (timed) unit.boundaryMs = this.#hooks.now() - start;
    this.#alone = this.inFlight === 1 && this.#hooks.beganAlone() ? unit : null;
    return unit;
  }

  /** From now on units begin and end without effect. */
  close(): void {
    this.#open = false;
  }

  /** A row was written with the present counts. */
  nextRow(): void {
    this.#slots.nextRow((slot) => this.#isActive(slot));
    for (let slot = 0; slot < this.slots; slot++) this.#unitsAtRow[slot] = this.#units[slot]!;
  }

  /**
   * Frees the slots of scopes that have been idle for 20 rows, one for each that waits. From then on units of an id that
   * lost its slot count in `(other)`; a scope that asks again gets a new id, and counts from 0.
   *
   * @returns the freed slots
   */
  evictIdle(isHeld: (slot: number) => boolean): number[] {
    if (this.#waiting.size === 0) return [];
    const slots = this.#slots.evictIdle(this.#waiting.size, (slot) => this.#isActive(slot) || isHeld(slot));
    if (slots.length > 0) this.#waiting.clear();
    this.evicted.scopes += slots.length;
    for (const slot of slots) {
      this.evicted.units += this.#units[slot]!;
      this.#units[slot] = this.#unitsAtRow[slot] = 0;
    }
    return slots;
  }

  /** @internal A unit learned its scope, or changed it; the slot that it is in from now on. */
  moved(from: number, to: ScopeId): number {
    const slot = this.#open ? this.#slotOf(to) : NO_SLOT;
    if (slot === from || slot === NO_SLOT) return from;
    if (from !== NO_SLOT) this.#inFlightOf[from]! -= 1;
    this.#inFlightOf[slot]! += 1;
    return slot;
  }

  /** @internal A unit ended. */
  ended(unit: LedgerUnit, scope: ScopeId, seen: Seen | undefined): void {
    if (!this.#open) return;
    const slot = this.#slotOf(scope);
    if (this.#alone === unit) this.#endAlone(slot, seen);
    const start = unit.boundaryMs > 0 ? this.#hooks.now() : 0;
    this.inFlight -= 1;
    if (unit.slot !== NO_SLOT) this.#inFlightOf[unit.slot]! -= 1;
    if (slot !== NO_SLOT) {
      this.totalUnits += 1;
      this.#units[slot]! += 1;
      this.#hooks.finished(slot, this.#units[slot]!, seenSubject(seen));
      if (HandlerInbox.wants(this.#units[slot]!)) this.#handled(slot, seen);
    }
    if (start > 0) this.#hooks.timed(unit.boundaryMs + this.#hooks.now() - start);
  }

  /** Since the last row. */
  #isActive(slot: number): boolean {
    return this.#inFlightOf[slot]! > 0 || this.#units[slot] !== this.#unitsAtRow[slot];
  }

  #handled(slot: number, seen: Seen | undefined): void {
    const handlers = ranElsewhere(seen) ? undefined : seenHandlers(seen);
    if (handlers !== undefined) this.#hooks.handled(slot, handlers);
  }

  #endAlone(slot: number, seen: Seen | undefined): void {
    this.#alone = null;
    if (slot !== NO_SLOT && !ranElsewhere(seen)) this.#hooks.endedAlone(slot);
  }

  /** What never was an id here is not counted, and breaks nothing. Ids are numbers: one of another guard may be one here, too. */
  #slotOf(scope: number): number {
    // Arithmetic with a symbol, a bigint or a proxy throws.
    if (typeof scope !== 'number') return NO_SLOT;
    const slot = this.#slots.slotOf(scope);
    if (slot !== NO_SLOT) return slot;
    const kind = this.#slots.evictedKind(scope);
    return kind === null ? NO_SLOT : this.#reserve(kind, OTHER_SCOPE);
  }

  #intern(kind: ScopeKind, name: string): number {
    const known = this.#slots.find(kind, name);
    if (known !== undefined) return known;
    if (this.#ignore(name)) return this.#reserve(kind, IGNORED_SCOPE);
    if (name === OTHER_SCOPE || name === IGNORED_SCOPE) return this.#reserve(kind, name);
    const slot = this.#slots.take(kind, name);
    if (slot === undefined) return this.#overflow(kind, name);
    this.#turns[slot] = this.evicted.scopes;
    return this.#opened(slot);
  }

  #overflow(kind: ScopeKind, name: string): number {
    if (this.#waiting.size < this.#maxScopes) this.#waiting.add(`${kind} ${name}`);
    if (!this.#overflowed) {
      this.#overflowed = true;
      this.#hooks.overflowed(name);
    }
    return this.#reserve(kind, OTHER_SCOPE);
  }

  #reserve(kind: ScopeKind, name: string): number {
    return this.#opened(this.#slots.reserve(kind, name));
  }

  #opened(slot: number): number {
    this.#units[slot] ??= 0;
    this.#inFlightOf[slot] ??= 0;
    this.#unitsAtRow[slot] ??= 0;
    this.#turns[slot] ??= 0;
    return slot;
  }
}

/** One unit in flight. The fields are plain so that the object stays small and of one shape. */
class LedgerUnit implements Unit {
  /** Slot of the scope entered so far. */
  slot: number = NO_SLOT;
  /** Time that `begin` took if this unit is timed, else 0; milliseconds. */
  boundaryMs = 0;
  #ended = false;
  readonly #ledger: Ledger;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  enter(scope: ScopeId): void {
    if (!this.#ended) this.slot = this.#ledger.moved(this.slot, scope);
  }

  end(scope: ScopeId, seen?: Seen): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#ledger.ended(this, scope, seen);
  }
}
