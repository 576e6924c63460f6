export type { LeakguardErrorCode } from './errors.ts';
export { LeakguardError } from './errors.ts';
export { createGuard } from './guard.ts';
export type { GuardableServer, GuardServerOptions } from './http/guard-server.ts';
export { guardServer } from './http/guard-server.ts';
export type { GroupOptions } from './report/allocation-snapshot.ts';
export { AllocationSnapshot } from './report/allocation-snapshot.ts';
export type { AllocationDifference, AllocationStatistic } from './report/allocation-statistics.ts';
export type { AllocationTextOptions } from './report/allocation-text.ts';
export { formatDifference, formatSnapshot } from './report/allocation-text.ts';
export type { GrowthLogLine } from './report/growth-log-line.ts';
export { formatReport } from './report/leak-text.ts';
export { readSnapshotFile } from './report/snapshot-file.ts';
export type { GroupBy } from './report/stack-groups.ts';
export { getGuard } from './shared-guard.ts';
export type {
  AllocationCandidate,
  AllocationSnapshotData,
  CollectionReport,
  CounterReport,
  Frame,
  SiteReport,
  Sizeable,
  StackStatistic,
  TopSite,
  Trackable,
  TypeGrowth,
} from './site-types.ts';
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
