import type { AuditEvent, RecycleEvent } from '../../src/types.ts';

export const RECYCLE: RecycleEvent = {
  event: 'recycle',
  queue: 'emails',
  reason: 'jobs',
  jobs: 500,
  heapBytes: 222_298_112,
  isolate: { kind: 'thread', id: 7 },
  ms: 812,
};

export const AUDIT: AuditEvent = {
  event: 'audit',
  queue: 'emails',
  finding: 'completed-jobs-kept',
  severity: 'warning',
  text: 'keeps every completed job: 20,000 of about 4.8 KB',
  bytes: 98_304_000,
  fix: 'new Worker(name, processor, { removeOnComplete: { count: 1000 } })',
};
