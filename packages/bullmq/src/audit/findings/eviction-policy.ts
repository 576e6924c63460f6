import { formatBytes } from '@leakguard/core/quantities';
import type { AuditFinding } from '../audit-finding.ts';
import type { QueueFacts } from '../queue-facts.ts';

/** A Redis that throws keys away when it is full: BullMQ then loses jobs, locks or whole lists without a word. */
export function evictionFindings({ queue, eviction }: QueueFacts): AuditFinding[] {
  if (eviction === null || eviction.policy === 'noeviction') return [];
  const { policy, maxMemoryBytes } = eviction;
  const limit = maxMemoryBytes ? `at ${formatBytes(maxMemoryBytes)}` : 'as soon as it gets a maxmemory';
  return [
    {
      queue,
      finding: 'eviction-policy',
      severity: 'warning',
      text: `Redis evicts keys by ${policy} ${limit}: keys of queues with them, so that jobs are lost or stall; BullMQ needs noeviction`,
      bytes: null,
      fix: 'redis-cli CONFIG SET maxmemory-policy noeviction',
    },
  ];
}
