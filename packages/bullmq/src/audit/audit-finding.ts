import type { AuditEvent } from '@leakguard/core/adapter';

/** Kinds of findings; a later version may add some. */
export type AuditFindingName =
  | 'completed-jobs-kept'
  | 'failed-jobs-kept'
  | 'completed-jobs-outlive-age'
  | 'failed-jobs-outlive-age'
  | 'no-size-limit'
  | 'big-payloads'
  | 'big-return-values'
  | 'logs-without-limit'
  | 'events-stream-big'
  | 'eviction-policy'
  | 'scheduler-keeps-jobs'
  | 'legacy-repeatable-jobs'
  | 'no-such-queue'
  | 'cannot-see-counts'
  | 'cannot-see-jobs'
  | 'cannot-see-sizes'
  | 'cannot-see-events'
  | 'cannot-see-schedulers'
  | 'cannot-see-eviction-policy';

/** Something in Redis that keeps more of a queue than it needs to. Names and sizes only, never data of jobs. */
export interface AuditFinding extends Omit<AuditEvent, 'event' | 'finding'> {
  finding: AuditFindingName;
}
