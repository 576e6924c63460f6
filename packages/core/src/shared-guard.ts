import { briefTextOf, contained } from './contain.ts';
import { createGuard } from './guard.ts';
import {
  DISABLED,
  IDENTITY,
  ISOLATES,
  type IsolateHost,
  type MarkedGuard,
  RECORD,
  SCOPE_TURN,
} from './guard-marks.ts';
import { closedError, closedGuard, NO_SCOPE, NOOP_UNIT } from './noop-guard.ts';
import { checkedOptions, resolveOptions } from './options.ts';
import type { AllocationSnapshot } from './report/allocation-snapshot.ts';
import type { Trackable, TypeGrowth } from './site-types.ts';
import type {
  AuditEvent,
  GrowthReport,
  Guard,
  GuardEvents,
  GuardOptions,
  RecycleEvent,
  ScopeId,
  ScopeKind,
  Unit,
} from './types.ts';

/** Raised when copies of this package could no longer share one guard. */
const PROTOCOL = 1;
const SLOT = Symbol.for('leakguard.shared-guard');

/**
 * A server without traffic yet is measured, listens for its signal and can be asked from then on: by that time a program has said what
 * options it wants.
 */
const START_AFTER_MS = 1000;

/** What one installed copy of this package leaves for the others in the same isolate. */
interface SharedSlot {
  protocol: number;
  join(options: GuardOptions): Guard;
}

type GlobalWithSlot = typeof globalThis & { [SLOT]?: SharedSlot };

/**
 * The process's shared guard: every adapter uses it, so that all scopes are in one ledger. Copies of this package that
 * were installed twice meet in it. Options are settled when the guard is first used (`begin`, `scope`, `on`, `report` or
 * `analyze`), or a second after it was asked for; until then the first explicit value of each wins, and whoever asks for another one later gets a warning
 * that names the field and both values.
 *
 * @returns a handle; the guard closes when every handle is closed. A handle that was closed counts nothing more, even
 *   while others are open: `begin` and `scope` still answer, without effect, `analyze` rejects `ERR_LEAKGUARD_CLOSED`,
 *   and its listeners are gone. `report` goes on to tell what the shared guard knows.
 * @throws LeakguardError `ERR_LEAKGUARD_OPTION` for a bad option
 * @example
 * const guard = getGuard({ minBytesPerUnit: '256B' });
 * guard.on('leak', (scope) => console.error(scope.scope, scope.bytesPerUnit));
 */
export function getGuard(options: GuardOptions = {}): Guard {
  const given = checkedOptions(options);
  const host = globalThis as GlobalWithSlot;
  const slot = host[SLOT];
  if (slot !== undefined && slot.protocol !== PROTOCOL) {
    warn(
      `another copy of @leakguard/core (protocol ${slot.protocol}) has a guard in this process; this one is separate`,
    );
    return createGuard(given);
  }
  return (slot ?? openSlot(host)).join(given);
}

function openSlot(host: GlobalWithSlot): SharedSlot {
  const shared = new SharedGuard(() => {
    if (host[SLOT] === slot) delete host[SLOT];
  });
  const slot: SharedSlot = { protocol: PROTOCOL, join: (options) => shared.join(options) };
  Object.defineProperty(host, SLOT, { value: slot, configurable: true, enumerable: false });
  return slot;
}

function warn(message: string): void {
  process.emitWarning(`leakguard: ${message}`, { type: 'LeakguardWarning', code: 'LEAKGUARD_SHARED_GUARD' });
}

/** One guard, the options asked for so far, and how many handles are open. */
class SharedGuard {
  readonly #options: Record<string, unknown> = {};
  readonly #onLastClose: () => void;
  #guard: Guard | null = null;
  #handles = 0;
  #start: NodeJS.Timeout | null = null;

  constructor(onLastClose: () => void) {
    this.#onLastClose = onLastClose;
  }

  /** The guard itself, started by whoever needs it first; after the last close nobody could stop a fresh one. */
  get guard(): Guard {
    this.#guard ??= this.#handles > 0 ? createGuard(this.#options) : this.#closedGuard();
    return this.#guard;
  }

  join(options: GuardOptions): Guard {
    for (const [field, value] of Object.entries(options)) {
      if (value !== undefined) this.#merge(field, value);
    }
    this.#handles += 1;
    this.#startSoon();
    return new GuardHandle(this);
  }

  async leave(): Promise<void> {
    this.#handles -= 1;
    if (this.#handles > 0) return;
    clearTimeout(this.#start ?? undefined);
    this.#onLastClose();
    await this.#guard?.close();
  }

  #startSoon(): void {
    if (this.#guard !== null || this.#start !== null) return;
    this.#start = setTimeout(() => contained(() => this.guard, null), START_AFTER_MS);
    this.#start.unref();
  }

  #closedGuard(): Guard {
    return closedGuard(resolveOptions(this.#options).level);
  }

  #merge(field: string, value: unknown): void {
    const settled = field in this.#options || this.#guard !== null;
    if (!settled) this.#options[field] = value;
    else if (!Object.is(this.#options[field], value)) {
      const used = field in this.#options ? briefTextOf(this.#options[field]) : 'the default';
      warn(
        `option ${field} of the shared guard is ${used}; ${briefTextOf(value)} comes too late and is ignored`,
      );
    }
  }
}

/** One user's view of the shared guard; closing it twice counts once. */
class GuardHandle implements MarkedGuard {
  readonly #shared: SharedGuard;
  /** Subscriptions and trackings made through this handle: they end with it, so that users who come and go leave nothing behind. */
  readonly #offs = new Set<() => void>();
  #open = true;

  constructor(shared: SharedGuard) {
    this.#shared = shared;
  }

  get [IDENTITY](): object {
    return this.#shared;
  }

  /** Asking settles the options, as the unit does that an adapter would begin next. */
  get [DISABLED](): boolean {
    return !this.#open || (this.#shared.guard as Partial<MarkedGuard>)[DISABLED] === true;
  }

  get [SCOPE_TURN](): number {
    return (this.#shared.guard as Partial<MarkedGuard>)[SCOPE_TURN] ?? 0;
  }

  [ISOLATES](): IsolateHost | null {
    return this.#open ? ((this.#shared.guard as Partial<MarkedGuard>)[ISOLATES]?.() ?? null) : null;
  }

  [RECORD](event: RecycleEvent | AuditEvent): void {
    if (this.#open) (this.#shared.guard as Partial<MarkedGuard>)[RECORD]?.(event);
  }

  scope(kind: ScopeKind, name: string): ScopeId {
    return this.#open ? this.#shared.guard.scope(kind, name) : NO_SCOPE;
  }

  begin(): Unit {
    return this.#open ? this.#shared.guard.begin() : NOOP_UNIT;
  }

  report(): GrowthReport {
    return this.#shared.guard.report();
  }

  async analyze(): Promise<GrowthReport> {
    if (!this.#open) throw closedError();
    return this.#shared.guard.analyze();
  }

  async typeGrowth(): Promise<TypeGrowth[]> {
    if (!this.#open) throw closedError();
    return this.#shared.guard.typeGrowth();
  }

  track(name: string, collection: Trackable): () => void {
    return this.#open ? this.#untilClose(this.#shared.guard.track(name, collection)) : () => undefined;
  }

  async takeSnapshot(): Promise<AllocationSnapshot> {
    if (!this.#open) throw closedError();
    return this.#shared.guard.takeSnapshot();
  }

  on<E extends keyof GuardEvents>(event: E, listener: (payload: GuardEvents[E]) => void): () => void {
    return this.#open ? this.#untilClose(this.#shared.guard.on(event, listener)) : () => undefined;
  }

  #untilClose(end: () => void): () => void {
    const off = (): void => {
      this.#offs.delete(off);
      end();
    };
    this.#offs.add(off);
    return off;
  }

  async close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    for (const off of [...this.#offs]) off();
    await this.#shared.leave();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
