import type { AuditFinding } from '../audit-finding.ts';
import type { QueueFacts } from '../queue-facts.ts';
import { retentionOf } from '../retention.ts';
import { keptJobsFindings } from './kept-jobs.ts';
import { OPTION } from './retentions.ts';
import { count, names, quoted } from './wording.ts';

/** Schedulers whose jobs nothing limits, and repeatable jobs that BullMQ 6 refuses. */
export function schedulerFindings(facts: QueueFacts): AuditFinding[] {
  return [keptForEver(facts), legacy(facts)].flatMap((finding) => finding ?? []);
}

/** A scheduler adds a job for as long as it lives, so what its template lacks is never made good. */
function keptForEver(facts: QueueFacts): AuditFinding | null {
  const current = facts.schedulers.seen.filter(({ isLegacy }) => !isLegacy);
  const lacking = (['completed', 'failed'] as const)
    .map((state) => OPTION[state])
    .map((option) => ({
      option,
      by: current.filter(({ opts }) =>
        ['unset', 'kept'].includes(retentionOf(option, opts, facts.worker).kind),
      ),
    }))
    .filter(({ by }) => by.length > 0);
  const severity = severityOf(facts);
  if (lacking.length === 0 || severity === null) return null;
  const by = [...new Set(lacking.flatMap((one) => one.by))];
  const options = lacking.map(({ option }) => option);
  const who =
    facts.worker === null ? 'whether a worker has cannot be seen from a queue' : 'nor has this worker';
  const limits = {
    removeOnComplete: 'removeOnComplete: { count: 1000 }',
    removeOnFail: 'removeOnFail: { count: 5000 }',
  };
  return {
    queue: facts.queue,
    finding: 'scheduler-keeps-jobs',
    severity,
    text: `templates of ${count(by.length)} of ${count(current.length)} job schedulers looked at (${names(by)}) have no ${options.join(' and no ')} that limits their jobs; ${who}`,
    bytes: null,
    fix: `await queue.upsertJobScheduler(${quoted(by[0]!.name)}, repeat, { opts: { ${options.map((option) => limits[option]).join(', ')} } })`,
  };
}

/** From a queue no worker is seen: as sure as what is kept makes it, and nothing where jobs do go. */
function severityOf(facts: QueueFacts): AuditFinding['severity'] | null {
  if (facts.worker !== null) return 'warning';
  const kept = keptJobsFindings(facts).map(({ severity }) => severity);
  if (kept.includes('warning')) return 'warning';
  return kept.length > 0 || facts.completed.count + facts.failed.count === 0 ? 'info' : null;
}

function legacy({ queue, schedulers }: QueueFacts): AuditFinding | null {
  const old = schedulers.seen.filter(({ isLegacy }) => isLegacy);
  if (old.length === 0) return null;
  return {
    queue,
    finding: 'legacy-repeatable-jobs',
    severity: 'warning',
    text: `${count(old.length)} of ${count(schedulers.seen.length)} repeatable jobs looked at (${names(old)}) ${old.length === 1 ? 'is' : 'are'} from before job schedulers: BullMQ 6 refuses them`,
    bytes: null,
    fix: 'await queue.upsertJobScheduler(name, { pattern }, { data, opts }), then await queue.removeRepeatableByKey(key) // with BullMQ 5',
  };
}
