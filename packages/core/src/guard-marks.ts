import type { IsolateRow } from './measure/isolate-levels.ts';
import type { AuditEvent, Guard, Level, RecycleEvent } from './types.ts';

/*
 * What a guard tells its adapters beside its public methods: the protocol between core and them. The symbols are
 * registered, so that separately installed copies understand each other.
 */

/** True on a guard that counts nothing, because it is disabled or closed: adapters then leave requests alone. */
export const DISABLED: unique symbol = Symbol.for('leakguard.disabled');

/** A number that changes when scopes lost their place: adapters that keep ids ask for them again. */
export const SCOPE_TURN: unique symbol = Symbol.for('leakguard.scope-turn');

/** The same object for all handles of one guard, so that an adapter installed twice counts once. */
export const IDENTITY: unique symbol = Symbol.for('leakguard.identity');

/** Writes an event that an adapter tells of; see `recordEvent`. */
export const RECORD: unique symbol = Symbol.for('leakguard.record');

/** Takes in what isolates measured; null where nothing is. See `isolateFeed`. */
export const ISOLATES: unique symbol = Symbol.for('leakguard.isolates');

/** The guard's side of isolates that measure themselves. */
export interface IsolateHost {
  readonly settings: IsolateSettings;
  /** Whether floors should come closer together. */
  readonly suspects: boolean;
  /** Whether any of what grows there has a name. */
  readonly named: boolean;
  /** An isolate began; those of one pool run the same code. */
  open(pool: string): { push(row: IsolateRow, scopeOf: (name: string) => string): void; close(): void };
  /** Something that isolates cannot measure, and why; told once. */
  lacks(reason: string): void;
}

/** What an isolate that measures itself has to know of its guard's options. */
export interface IsolateSettings {
  level: Level;
  maxOverhead: number;
  minTotalBytes: number;
  maxScopes: number;
  /** False where V8's heap profiler has to be left alone. */
  profiler: boolean;
}

/** A guard with its marks. */
export interface MarkedGuard extends Guard {
  [RECORD](event: RecycleEvent | AuditEvent): void;
  readonly [DISABLED]: boolean;
  readonly [SCOPE_TURN]: number;
  [ISOLATES](): IsolateHost | null;
}

/** False for a guard that counts nothing any more, whoever's guard it is. Adapters ask at every unit: a guard closes at any time. */
export function isCounting(guard: Guard): boolean {
  return (guard as Partial<MarkedGuard>)[DISABLED] !== true;
}

/** Differs from what it was before when scopes lost their place; undefined for a guard whose scopes never do. */
export function scopeTurn(guard: Guard): number | undefined {
  return (guard as Partial<MarkedGuard>)[SCOPE_TURN];
}

/** Which guard a handle belongs to; undefined for a guard that is none of `getGuard`'s. */
export function identityOf(guard: Guard): unknown {
  return (guard as { [IDENTITY]?: unknown })[IDENTITY];
}
