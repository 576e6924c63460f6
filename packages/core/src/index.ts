export type { LeakguardErrorCode } from './errors.ts';
export { LeakguardError } from './errors.ts';
export { createGuard } from './guard.ts';
export type { GuardableServer, GuardServerOptions } from './http/guard-server.ts';
export { guardServer } from './http/guard-server.ts';
export type { GrowthLogLine } from './report/growth-log-line.ts';
export { formatReport } from './report/leak-text.ts';
export { getGuard } from './shared-guard.ts';
export type { CollectionReport, CounterReport, Sizeable, Trackable, TypeGrowth } from './site-types.ts';
export type {
  AuditEvent,
  Channel,
  EvidenceReport,
  GrowthReport,
  Guard,
  GuardEvents,
  GuardOptions,
  HeapForecast,
  Level,
  Logger,
  MemoryReport,
  OverheadReport,
  RecycleEvent,
  RecycleReason,
  ScopeEvidence,
  ScopeId,
  ScopeKind,
  ScopeReport,
  Seen,
  Signal,
  SpikeReport,
  UnattributedReport,
  Unit,
  Verdict,
} from './types.ts';
