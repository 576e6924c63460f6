/**
 * `@leakguard/bullmq/supervise`: worker processes that are replaced without losing a job. Needs no BullMQ.
 */
export type {
  DrainReason,
  DrainRequest,
  ReplacementFacts,
  ReplacementReason,
  SupervisedSlot,
} from './messages.ts';
export type { JobProgress } from './replacement-due.ts';
export {
  askForReplacement,
  isReplacementDue,
  isSupervised,
  onDrain,
  onDrained,
  ready,
  supervisedSlot,
} from './supervised.ts';
