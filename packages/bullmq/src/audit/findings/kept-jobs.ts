import { formatBytes } from '@leakguard/core/quantities';
import type { AuditFinding } from '../audit-finding.ts';
import type { FinishedJobs } from '../finished-jobs.ts';
import type { QueueFacts } from '../queue-facts.ts';
import { OPTION, type Retentions, retentionsOf } from './retentions.ts';
import { allSamples, count, jobs, names, quoted } from './wording.ts';

/** A worker that cannot be seen may keep so many by intent: BullMQ's guides keep 1,000 completed and 5,000 failed jobs. */
const KEPT_BY_INTENT = { completed: 1000, failed: 5000 };
/** Jobs gone, as a share of those ever added, below which nobody evicts. */
const NOTHING_REMOVED = 0.01;

/** Finished jobs that nothing limits. */
export function keptJobsFindings(facts: QueueFacts): AuditFinding[] {
  return [facts.completed, facts.failed].flatMap((finished) => keptJobs(facts, finished) ?? []);
}

function keptJobs(facts: QueueFacts, finished: FinishedJobs): AuditFinding | null {
  const retentions = retentionsOf(facts, finished);
  if (!retentions.isUnlimited) return null;
  const certainty = certaintyOf(facts, finished, retentions);
  if (certainty === null) return null;
  const { state, count: kept, bytesPerJob } = finished;
  return {
    queue: facts.queue,
    finding: `${state}-jobs-kept`,
    severity: certainty.severity,
    text: `${amounts(finished)}; ${certainty.why} (looked at ${names(retentions.samples)})`,
    bytes: bytesPerJob === null ? null : Math.round(kept * bytesPerJob),
    fix: fixOf(facts, finished, retentions),
  };
}

interface Certainty {
  severity: AuditFinding['severity'];
  why: string;
}

function certaintyOf(
  facts: QueueFacts,
  { state, count: kept }: FinishedJobs,
  { isJobsOwnWish }: Retentions,
): Certainty | null {
  const option = OPTION[state];
  const severity = kept > 0 ? 'warning' : 'info';
  if (isJobsOwnWish)
    return { severity, why: `the jobs' own ${option} keeps them all, whatever the worker says` };
  if (facts.worker !== null)
    return { severity, why: `neither the jobs nor this worker have a ${option} that limits them` };
  if (kept === 0) return null;
  return certaintyWithoutWorker(facts, state, kept);
}

/** From a queue no worker is seen; what is gone tells whether anything is ever removed. */
function certaintyWithoutWorker(
  facts: QueueFacts,
  state: FinishedJobs['state'],
  kept: number,
): Certainty | null {
  const option = OPTION[state];
  const other = OPTION[state === 'completed' ? 'failed' : 'completed'];
  const { removed, present } = facts;
  const isNothingGone = removed !== null && removed <= (removed + present) * NOTHING_REMOVED;
  const isOtherSet = allSamples(facts).some(({ opts }) => (opts[other] ?? undefined) !== undefined);
  const isMany = kept > KEPT_BY_INTENT[state];
  if (isMany && isNothingGone)
    return {
      severity: 'warning',
      why: `the jobs have no ${option}, and none of those ever added has been removed`,
    };
  if (isMany && isOtherSet) return { severity: 'warning', why: `the jobs have a ${other} and no ${option}` };
  if (!isMany && !isNothingGone) return null;
  return {
    severity: 'info',
    why: `the jobs have no ${option}; whether a worker has one cannot be seen from a queue, only from the worker`,
  };
}

function amounts({ state, count: kept, bytesPerJob, perDay }: FinishedJobs): string {
  if (kept === 0) return `no ${state} job is kept yet, and all will be`;
  const size =
    bytesPerJob === null
      ? ''
      : ` of about ${formatBytes(bytesPerJob)} each, ${formatBytes(kept * bytesPerJob)}`;
  return `${jobs(kept)} ${kept === 1 ? 'is' : 'are'} kept as ${state}${size}${perDayText(perDay, bytesPerJob)}`;
}

function perDayText(perDay: number | null, bytesPerJob: number | null): string {
  if (perDay === null || perDay < 1) return '';
  const size = bytesPerJob === null ? '' : `, ${formatBytes(perDay * bytesPerJob)} a day`;
  return `, and ${count(perDay)} more a day at the present rate${size}`;
}

function fixOf(
  { queue, worker }: QueueFacts,
  { state }: FinishedJobs,
  { isJobsOwnWish }: Retentions,
): string {
  const limit = `${OPTION[state]}: { count: ${KEPT_BY_INTENT[state]} }`;
  return worker === null || isJobsOwnWish
    ? `new Queue(${quoted(queue)}, { defaultJobOptions: { ${limit} } })`
    : `new Worker(${quoted(queue)}, processor, { ${limit} })`;
}
