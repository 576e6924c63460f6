import type { ScopeId, ScopeKind, Seen, Unit } from '../types.ts';

/** Where units beyond `maxScopes` count. */
export const OTHER_SCOPE = '(other)';
/** Where units of ignored scopes count. */
export const IGNORED_SCOPE = '(ignored)';

/** What the ledger tells its owner at the boundary; both must be cheap and must not throw. */
export interface LedgerHooks {
  /** A unit ended in `scope`; `units` is how many that scope has finished by now. */
  finished(scope: ScopeId, units: number, subject: object | undefined): void;
  /** True if this unit's begin and end should be timed. */
  shouldTime(): boolean;
  now(): number;
  /** What begin and end of a timed unit took together, milliseconds. */
  timed(boundaryMs: number): void;
  /** A unit begins and nothing else is in flight: true if `endedAlone` wants to hear of its end. */
  beganAlone(): boolean;
  /** That unit ended and nothing had begun meanwhile; asked before anything else happens at the end. */
  endedAlone(scope: ScopeId): void;
  /** `maxScopes` is reached: from now on new scopes count in `(other)`. Called once. */
  overflowed(): void;
}

/** Counts finished units per scope and units in flight. Allocates nothing per unit but the unit itself. */
export class Ledger {
  /** Units finished, all scopes. */
  totalUnits = 0;
  /** Units begun and not finished. */
  inFlight = 0;
  readonly #units: number[] = [];
  readonly #inFlightOf: number[] = [];
  readonly #names: string[] = [];
  readonly #kinds: ScopeKind[] = [];
  readonly #ids = new Map<string, ScopeId>();
  readonly #maxScopes: number;
  readonly #ignore: (scope: string) => boolean;
  readonly #hooks: LedgerHooks;
  #open = true;
  #overflowed = false;
  /** The unit that `beganAlone` wants to hear of, as long as it is alone. */
  #alone: LedgerUnit | null = null;

  constructor(options: { maxScopes: number; ignore: (scope: string) => boolean; hooks: LedgerHooks }) {
    this.#maxScopes = options.maxScopes;
    this.#ignore = options.ignore;
    this.#hooks = options.hooks;
  }

  /** Scopes interned so far; ids run from 0. */
  get scopes(): number {
    return this.#names.length;
  }

  nameOf(scope: number): string {
    return this.#names[scope]!;
  }

  kindOf(scope: number): ScopeKind {
    return this.#kinds[scope]!;
  }

  unitsOf(scope: number): number {
    return this.#units[scope]!;
  }

  inFlightOf(scope: number): number {
    return this.#inFlightOf[scope]!;
  }

  /** Interns a scope. Beyond `maxScopes` the answer is `(other)`; ignored names share `(ignored)`. */
  scope(kind: ScopeKind, name: string): ScopeId {
    const known = this.#ids.get(`${kind} ${name}`);
    if (known !== undefined) return known;
    if (this.#ignore(name)) return this.#intern(kind, IGNORED_SCOPE);
    if (this.#names.length < this.#maxScopes) return this.#intern(kind, name);
    if (!this.#overflowed) {
      this.#overflowed = true;
      this.#hooks.overflowed();
    }
    return this.#intern(kind, OTHER_SCOPE);
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

  /** @internal A unit learned its scope, or changed it; false if it stays where it was. */
  moved(from: number, to: ScopeId): boolean {
    if (!this.#open || !this.#known(to)) return false;
    if (from >= 0) this.#inFlightOf[from]! -= 1;
    this.#inFlightOf[to]! += 1;
    return true;
  }

  /** @internal A unit ended. */
  ended(unit: LedgerUnit, scope: ScopeId, seen: Seen | undefined): void {
    if (!this.#open) return;
    if (this.#alone === unit) this.#endAlone(scope);
    const start = unit.boundaryMs > 0 ? this.#hooks.now() : 0;
    this.inFlight -= 1;
    if (unit.scope >= 0) this.#inFlightOf[unit.scope]! -= 1;
    if (this.#known(scope)) {
      this.totalUnits += 1;
      this.#units[scope]! += 1;
      this.#hooks.finished(scope, this.#units[scope]!, seen?.subject);
    }
    if (start > 0) this.#hooks.timed(unit.boundaryMs + this.#hooks.now() - start);
  }

  #endAlone(scope: ScopeId): void {
    this.#alone = null;
    if (this.#known(scope)) this.#hooks.endedAlone(scope);
  }

  /** A scope of another guard is no scope of this one: it is not counted, and breaks nothing. */
  #known(scope: number): boolean {
    return Number.isInteger(scope) && scope >= 0 && scope < this.#names.length;
  }

  #intern(kind: ScopeKind, name: string): ScopeId {
    const key = `${kind} ${name}`;
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const id = this.#names.length as ScopeId;
    this.#names.push(name);
    this.#kinds.push(kind);
    this.#units.push(0);
    this.#inFlightOf.push(0);
    this.#ids.set(key, id);
    return id;
  }
}

/** One unit in flight. The fields are plain so that the object stays small and of one shape. */
class LedgerUnit implements Unit {
  /** Scope entered so far, -1 for none. */
  scope = -1;
  /** Time that `begin` took if this unit is timed, else 0; milliseconds. */
  boundaryMs = 0;
  #ended = false;
  readonly #ledger: Ledger;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  enter(scope: ScopeId): void {
    if (this.#ended || scope === this.scope) return;
    if (this.#ledger.moved(this.scope, scope)) this.scope = scope;
  }

  end(scope: ScopeId, seen?: Seen): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#ledger.ended(this, scope, seen);
  }
}
