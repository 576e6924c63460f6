import type {
  AllocationSnapshot,
  GrowthReport,
  Guard,
  ScopeId,
  ScopeKind,
  Seen,
  Unit,
} from '@leakguard/core';

/** One unit as an adapter reported it. */
export interface RecordedUnit {
  /** The scopes it was said to belong to while in flight, in order. */
  entered: string[];
  /** The scope it ended in, null while in flight. */
  ended: string | null;
  /** Calls of `end`: more than one is the adapter's mistake. */
  ends: number;
  subject: object | null;
  /** The functions that it said handled the unit. */
  handlers: Seen['handlers'];
}

/** A guard that remembers what an adapter told it and measures nothing. */
export interface RecordingGuard extends Guard {
  readonly units: readonly RecordedUnit[];
  /** Every name that was interned, in order of first use. */
  readonly scopeNames: readonly string[];
  inFlight(): number;
  /** How many units ended in each scope. */
  finishedByScope(): Record<string, number>;
  /** Resolves once this many units ended; with the scopes they ended in, in order of their ends. */
  finished(count: number): Promise<string[]>;
  /** Resolves once this many units are in flight. */
  begun(count: number): Promise<void>;
}

/**
 * The double at the adapter's seam: real adapters, real servers, and a guard whose ledger can be read.
 *
 * @example
 * const guard = recordingGuard();
 * app.use(leakGuard({ guard }));
 * await fetch(`${url}/users/1`);
 * expect(await guard.finished(1)).toEqual(['GET /users/:id']);
 */
export function recordingGuard(): RecordingGuard {
  const units: RecordedUnit[] = [];
  const ended: string[] = [];
  const scopeNames: string[] = [];
  const waiting = new Set<() => void>();

  const until = <T>(ready: () => T | undefined): Promise<T> =>
    new Promise((resolve) => {
      const check = () => {
        const value = ready();
        if (value === undefined) return;
        waiting.delete(check);
        resolve(value);
      };
      waiting.add(check);
      check();
    });
  const changed = () => {
    for (const check of [...waiting]) check();
  };
  const inFlight = () => units.filter((unit) => unit.ended === null).length;

  return {
    units,
    scopeNames,
    inFlight,
    finishedByScope: () => countEach(ended),
    finished: (count) => until(() => (ended.length >= count ? [...ended] : undefined)),
    begun: async (count) => void (await until(() => inFlight() >= count || undefined)),
    scope: (_kind: ScopeKind, name: string) => {
      if (!scopeNames.includes(name)) scopeNames.push(name);
      return scopeNames.indexOf(name) as ScopeId;
    },
    begin: () => {
      const unit = recordUnit(scopeNames, (scope) => {
        ended.push(scope);
        changed();
      });
      units.push(unit.recorded);
      changed();
      return unit;
    },
    report: () => unavailable<GrowthReport>(),
    analyze: () => unavailable<Promise<GrowthReport>>(),
    typeGrowth: () => unavailable(),
    track: () => () => {},
    takeSnapshot: () => unavailable<Promise<AllocationSnapshot>>(),
    on: () => () => {},
    close: async () => {},
    [Symbol.asyncDispose]: async () => {},
  };
}

function recordUnit(names: string[], onEnd: (scope: string) => void): Unit & { recorded: RecordedUnit } {
  const recorded: RecordedUnit = { entered: [], ended: null, ends: 0, subject: null, handlers: [] };
  return {
    recorded,
    enter: (scope) => void recorded.entered.push(names[scope] ?? `unknown scope ${scope}`),
    end: (scope: ScopeId, seen?: Seen) => {
      recorded.ends++;
      if (recorded.ended !== null) return;
      recorded.ended = names[scope] ?? `unknown scope ${scope}`;
      recorded.subject = seen?.subject ?? null;
      recorded.handlers = seen?.handlers ?? [];
      onEnd(recorded.ended);
    },
  };
}

function countEach(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

function unavailable<T>(): T {
  throw new Error('recordingGuard measures nothing: use createGuard() where a report is needed');
}
