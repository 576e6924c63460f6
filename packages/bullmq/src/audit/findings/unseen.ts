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

/** A name without a trace in Redis: a misspelt queue would else look like one in order. */
export function noSuchQueueFindings(facts: QueueFacts): AuditFinding[] {
  const { queue, keyPattern, added, present, events, schedulers, refusals } = facts;
  const isThere = added !== null || present > 0 || events.length > 0 || schedulers.count > 0;
  if (isThere || events.maxLen !== null || refusals.size > 0) return [];
  return [
    {
      queue,
      finding: 'no-such-queue',
      severity: 'warning',
      text: `Redis has nothing of this queue (keys ${keyPattern}): no job was ever added, or its name, prefix or database is another one`,
      bytes: null,
      fix: 'check the name, the prefix and the database of the connection',
    },
  ];
}

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
