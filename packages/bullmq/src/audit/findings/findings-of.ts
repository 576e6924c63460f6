import type { AuditFinding } from '../audit-finding.ts';
import type { QueueFacts } from '../queue-facts.ts';
import { eventsFindings } from './events.ts';
import { evictionFindings } from './eviction-policy.ts';
import { keptJobsFindings } from './kept-jobs.ts';
import { logsFindings } from './logs.ts';
import { outlivedAgeFindings } from './outlived-age.ts';
import { payloadFindings } from './payloads.ts';
import { schedulerFindings } from './scheduled.ts';
import { noSuchQueueFindings, unseenFindings } from './unseen.ts';

/** What is wrong with a queue, warnings first; pure. */
export function findingsOf(facts: QueueFacts): AuditFinding[] {
  const findings = [
    ...keptJobsFindings(facts),
    ...outlivedAgeFindings(facts),
    ...payloadFindings(facts),
    ...logsFindings(facts),
    ...eventsFindings(facts),
    ...schedulerFindings(facts),
    ...evictionFindings(facts),
    ...noSuchQueueFindings(facts),
    ...unseenFindings(facts),
  ];
  const warnings = findings.filter(({ severity }) => severity === 'warning');
  return [...warnings, ...findings.filter(({ severity }) => severity !== 'warning')];
}
