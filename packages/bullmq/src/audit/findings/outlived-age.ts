import { formatBytes, formatDuration } from '@leakguard/core/quantities';
import type { AuditFinding } from '../audit-finding.ts';
import type { FinishedJobs } from '../finished-jobs.ts';
import type { QueueFacts } from '../queue-facts.ts';
import { OPTION, retentionsOf } from './retentions.ts';
import { jobs } from './wording.ts';

/** `removeOnComplete: { age }` on an idle queue: BullMQ evicts only when a job finishes, it has no timer. */
export function outlivedAgeFindings(facts: QueueFacts): AuditFinding[] {
  return [facts.completed, facts.failed].flatMap((finished) => outlivedAge(facts, finished) ?? []);
}

function outlivedAge(facts: QueueFacts, finished: FinishedJobs): AuditFinding | null {
  const { state, count, newestAt, bytesPerJob } = finished;
  const { each } = retentionsOf(facts, finished);
  if (each.length === 0) return null;
  const longest = Math.max(
    ...each.map((one) => (one.kind === 'aged' ? one.ageMs : Number.POSITIVE_INFINITY)),
  );
  // While jobs finish, those that outlived their age go with the next one.
  if (count === 0 || newestAt === null || facts.now - newestAt <= longest) return null;
  const bytes = bytesPerJob === null ? null : Math.round(count * bytesPerJob);
  const size = bytes === null ? '' : ` (${formatBytes(bytes)})`;
  return {
    queue: facts.queue,
    finding: `${state}-jobs-outlive-age`,
    severity: 'warning',
    text:
      `${jobs(count)}${size} ${count === 1 ? 'has' : 'have'} outlived ${OPTION[state]}'s age of ${formatDuration(longest)} by as much as ` +
      `${formatDuration(facts.now - newestAt - longest)} or more: age evicts only when another job is ${state}, and none was`,
    bytes,
    fix: `setInterval(() => queue.clean(${longest}, 1000, '${state}'), ${Math.min(longest, 3_600_000)}).unref()`,
  };
}
