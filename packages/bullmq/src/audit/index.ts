/**
 * `@leakguard/bullmq/audit`: the audit alone, which needs no `bullmq` of its own at run time.
 */
export type { AuditFinding, AuditFindingName } from './audit-finding.ts';
export type { AuditOptions } from './audit-queue.ts';
export { auditQueue } from './audit-queue.ts';
export type { AuditTarget } from './audit-target.ts';
