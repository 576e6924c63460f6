import type { AuditFinding } from '../audit-finding.ts';
import type { QueueFacts } from '../queue-facts.ts';
import type { Refusal, Topic } from '../redis-reader.ts';

const WHAT: Readonly<Record<Topic, string>> = {
  counts: 'how many jobs there are',
  jobs: 'jobs and their options',
  sizes: 'bytes in Redis',
  events: 'the events stream',
  schedulers: 'job schedulers',
  'eviction-policy': 'the eviction policy',
};

/** What this user of Redis may not see, so that no finding is not taken for nothing to find. */
export function unseenFindings({ queue, keyPattern, refusals }: QueueFacts): AuditFinding[] {
  return [...refusals].map(([topic, refusal]) => ({
    queue,
    finding: `cannot-see-${topic}` as const,
    severity: 'info' as const,
    text: `cannot see ${WHAT[topic]} because Redis refuses ${refused(topic, refusal)} (${refusal.reason})`,
    bytes: null,
    fix: fixOf(topic, refusal, keyPattern),
  }));
}

function refused(topic: Topic, { command, isAboutKeys }: Refusal): string {
  if (topic === 'eviction-policy') return 'CONFIG GET and INFO';
  return isAboutKeys ? `${command} on keys of the queue` : command;
}

function fixOf(topic: Topic, { command, reason, isAboutKeys }: Refusal, keyPattern: string): string {
  if (topic === 'eviction-policy') return 'ACL SETUSER <user> +config|get +info';
  if (reason !== 'NOPERM') return `enable ${command} on the server`;
  return isAboutKeys
    ? `ACL SETUSER <user> %R~${keyPattern}`
    : `ACL SETUSER <user> +${command.toLowerCase().replace(' ', '|')}`;
}
