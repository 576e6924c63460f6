import { formatBytes } from '@leakguard/core/quantities';
import type { AuditFinding } from '../audit-finding.ts';
import type { QueueFacts } from '../queue-facts.ts';
import { count, quoted } from './wording.ts';

/** What BullMQ trims the stream to unless told otherwise. */
const DEFAULT_MAX_LEN = 10_000;
/** Twenty times what BullMQ's 10,000 entries take where jobs return nothing: 51 B each, measured on Redis 7.0. */
const BIG = 10 * 1024 ** 2;
/** Aim of the fix. */
const GOOD = 1024 ** 2;

/** An events stream that holds much: it is trimmed by entries, whatever each holds. */
export function eventsFindings({ queue, events }: QueueFacts): AuditFinding[] {
  const { length, bytes } = events;
  const maxLen = events.maxLen ?? DEFAULT_MAX_LEN;
  const isBig = bytes === null ? length > 2 * DEFAULT_MAX_LEN : bytes >= BIG;
  if (!isBig || length === 0) return [];
  const size = bytes === null ? '' : ` of about ${formatBytes(bytes / length)} each, ${formatBytes(bytes)}`;
  const wanted = bytes === null ? DEFAULT_MAX_LEN : fitting(bytes / length, maxLen);
  return [
    {
      queue,
      finding: 'events-stream-big',
      severity: 'warning',
      text: `the events stream holds ${count(length)} entries${size}; it is trimmed to ${count(maxLen)}, and entries of completed jobs hold the return value`,
      bytes,
      fix: `new Queue(${quoted(queue)}, { streams: { events: { maxLen: ${wanted} } } })`,
    },
  ];
}

/** A round number of entries, at least 100. */
function fitting(entryBytes: number, maxLen: number): number {
  const entries = Math.min(GOOD / entryBytes, maxLen / 10);
  return Math.max(100, Math.floor(entries / 100) * 100);
}
