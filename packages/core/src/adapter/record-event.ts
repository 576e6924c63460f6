import { contained } from '../contain.ts';
import { isCounting, type MarkedGuard, RECORD } from '../guard-marks.ts';
import type { AuditEvent, Guard, RecycleEvent } from '../types.ts';

/**
 * Writes what an adapter did or found as one line of the guard's growth log: to the log file, to the logger (`warn` for an
 * audit's warning, else `info`) and to the channel `leakguard:recycle` or `leakguard:audit`. Works through handles of the
 * shared guard and of other copies of this package. Never throws; without effect for a guard that is disabled, closed or
 * not ours.
 *
 * @example
 * recordEvent(guard, {
 *   event: 'recycle', queue: 'emails', reason: 'jobs', jobs: 500, heapBytes: null,
 *   isolate: { kind: 'thread', id: 7 }, ms: 812,
 * });
 */
export function recordEvent(guard: Guard, event: RecycleEvent | AuditEvent): void {
  contained(() => {
    if (isCounting(guard)) (guard as Partial<MarkedGuard>)[RECORD]?.(event);
  }, undefined);
}
