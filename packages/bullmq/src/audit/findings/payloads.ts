import { formatBytes } from '@leakguard/core/quantities';
import type { AuditFinding } from '../audit-finding.ts';
import type { JobSample } from '../job-sample.ts';
import type { QueueFacts } from '../queue-facts.ts';
import { allSamples, count, median, names, quoted } from './wording.ts';

/** Payloads from here on belong elsewhere, and their id into the job. */
const BIG_DATA = 64 * 1024;
/** Less than for payloads: the events stream holds each return value once more, for some 10,000 events. */
const BIG_RESULT = 16 * 1024;

/** Big payloads, big return values, and no limit for payloads. */
export function payloadFindings(facts: QueueFacts): AuditFinding[] {
  const samples = allSamples(facts);
  return [bigData(facts, samples), bigResults(facts, samples), noSizeLimit(facts, samples)].flatMap(
    (finding) => finding ?? [],
  );
}

function bigData(facts: QueueFacts, samples: readonly JobSample[]): AuditFinding | null {
  const big = samples.filter(({ dataBytes }) => dataBytes >= BIG_DATA);
  if (big.length === 0) return null;
  return {
    queue: facts.queue,
    finding: 'big-payloads',
    severity: 'warning',
    text: `payloads are big: ${sizes(samples.map(({ dataBytes }) => dataBytes))}, in jobs named ${names(big)}`,
    bytes: Math.round(mean(samples.map(({ dataBytes }) => dataBytes)) * facts.present),
    fix: `await queue.add(name, { id }) // with the data itself in a store or file; ${sizeLimit(facts.queue)} refuses others`,
  };
}

function bigResults(facts: QueueFacts, samples: readonly JobSample[]): AuditFinding | null {
  const big = samples.filter(({ resultBytes }) => resultBytes >= BIG_RESULT);
  if (big.length === 0) return null;
  const finished = samples.filter(({ resultBytes }) => resultBytes > 0).map(({ resultBytes }) => resultBytes);
  return {
    queue: facts.queue,
    finding: 'big-return-values',
    severity: 'warning',
    text:
      `return values are big: ${sizes(finished)}, in jobs named ${names(big)}; each is kept in its job and ` +
      'once more in the events stream',
    bytes: Math.round(mean(finished) * facts.completed.count),
    fix: 'return { id } // of the processor: only what somebody reads; the result itself in a store or file',
  };
}

function noSizeLimit(facts: QueueFacts, samples: readonly JobSample[]): AuditFinding | null {
  const isLimited =
    facts.defaults.sizeLimit !== undefined || samples.some(({ opts }) => opts.sizeLimit !== undefined);
  if (isLimited || samples.length === 0) return null;
  const largest = Math.max(...samples.map(({ dataBytes }) => dataBytes));
  return {
    queue: facts.queue,
    finding: 'no-size-limit',
    severity: 'info',
    text: `no job has a sizeLimit, so a payload of any size is taken; the largest of ${count(samples.length)} looked at has ${formatBytes(largest)}`,
    bytes: null,
    fix: sizeLimit(facts.queue),
  };
}

function sizeLimit(queue: string): string {
  return `new Queue(${quoted(queue)}, { defaultJobOptions: { sizeLimit: ${BIG_DATA} } })`;
}

function sizes(bytes: readonly number[]): string {
  const most = formatBytes(Math.max(...bytes));
  return bytes.length === 1
    ? `${most} in the one looked at`
    : `up to ${most}, ${formatBytes(median(bytes))} in the middle one of ${count(bytes.length)} looked at`;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
