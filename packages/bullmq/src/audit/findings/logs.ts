import { formatBytes } from '@leakguard/core/quantities';
import type { AuditFinding } from '../audit-finding.ts';
import type { QueueFacts } from '../queue-facts.ts';
import { allSamples, count, names, quoted } from './wording.ts';

/** From here on the logs of one job are worth a warning. */
const MANY_LINES = 1000;
const MANY_BYTES = 64 * 1024;

/** Logs of jobs that nothing limits. */
export function logsFindings(facts: QueueFacts): AuditFinding[] {
  const samples = allSamples(facts);
  const unlimited = samples.filter(({ opts, logLines }) => logLines > 0 && opts.keepLogs === undefined);
  if (unlimited.length === 0) return [];
  const lines = Math.max(...unlimited.map(({ logLines }) => logLines));
  const bytes = Math.max(...unlimited.map(({ logBytes }) => logBytes));
  const mean = unlimited.reduce((sum, { logBytes }) => sum + logBytes, 0) / samples.length;
  return [
    {
      queue: facts.queue,
      finding: 'logs-without-limit',
      severity: lines >= MANY_LINES || bytes >= MANY_BYTES ? 'warning' : 'info',
      text: `jobs named ${names(unlimited)} log without keepLogs: up to ${count(lines)} lines in one job${bytes > 0 ? `, ${formatBytes(bytes)}` : ''}`,
      bytes: facts.refusals.has('sizes') ? null : Math.round(mean * facts.present),
      fix: `new Queue(${quoted(facts.queue)}, { defaultJobOptions: { keepLogs: 100 } })`,
    },
  ];
}
