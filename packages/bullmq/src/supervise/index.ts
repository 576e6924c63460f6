/**
 * `@leakguard/bullmq/supervise`: worker processes that are replaced without losing a job. Needs no BullMQ.
 */

export type { ClosedEvent, CrashedEvent, ReadyEvent, ReplacedEvent, SupervisorEvents } from './events.ts';
export type {
  DrainReason,
  DrainRequest,
  ReplacementFacts,
  ReplacementReason,
  SupervisedSlot,
} from './messages.ts';
export type { SuperviseOptions } from './options.ts';
export type { JobProgress } from './replacement-due.ts';
export type { Supervisor } from './supervise-workers.ts';
export { superviseWorkers } from './supervise-workers.ts';
export {
  askForReplacement,
  isReplacementDue,
  isSupervised,
  onDrain,
  onDrained,
  ready,
  supervisedSlot,
} from './supervised.ts';
