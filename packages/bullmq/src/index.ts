export type { AuditFinding, AuditFindingName } from './audit/audit-finding.ts';
export type { AuditOptions } from './audit/audit-queue.ts';
export { auditQueue } from './audit/audit-queue.ts';
export type { AuditTarget } from './audit/audit-target.ts';
export type { RecycledEvent } from './events.ts';
export { GuardedWorker } from './guarded-worker.ts';
export type { GuardedWorkerClass, GuardedWorkerOptions } from './guarded-worker-types.ts';
export type { RecyclingOptions } from './options.ts';
export { type SuperviseOptions, type Supervisor, superviseWorkers } from './supervise/index.ts';
