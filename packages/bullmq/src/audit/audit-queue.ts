import { type Guard, LeakguardError } from '@leakguard/core';
import { recordEvent } from '@leakguard/core/adapter';
import type { AuditFinding } from './audit-finding.ts';
import { type AuditTarget, clientOf, isAuditTarget, onTargetError } from './audit-target.ts';
import { findingsOf } from './findings/findings-of.ts';
import { queueFacts } from './queue-facts.ts';
import { RedisReader, redisError, withoutSecrets } from './redis-reader.ts';
import { senderOf } from './redis-sender.ts';

const TIMEOUT_MS = 10_000;
const MAX_TIMEOUT_MS = 600_000;

/** Options of {@link auditQueue}. */
export interface AuditOptions {
  /** Gives up when Redis has not told everything by then, milliseconds, 1 to 600,000. @default 10000 */
  timeoutMs?: number;
  /** Findings also go to this guard's growth log, as `audit` events. */
  guard?: Guard;
}

/**
 * What a queue keeps in Redis for no use, each with the line that mends it; none for a queue in order. Reads only: at most
 * some 300 commands of constant cost on the connection of the queue or worker, whatever the queue's size; never KEYS, a
 * SCAN or a whole set, and never the data of a job.
 *
 * Jobs are sampled, so an option that few jobs lack is not seen. Give a `Worker` where you have one: its options are the
 * fallback for jobs that say nothing, and a `Queue` does not show them. Other workers of the queue are not seen.
 *
 * @param target a `Queue` or `Worker` of BullMQ 5 or 6 on Redis (or Valkey), any prefix, cluster included
 * @returns warnings first. What a restricted user may not see is a finding `cannot-see-...`, not an error
 * @throws LeakguardError `ERR_LEAKGUARD_REDIS` where Redis does not answer, or the data store is none of Redis;
 *   `ERR_LEAKGUARD_OPTION` for nonsense
 * @example
 * for (const { severity, text, fix } of await auditQueue(worker)) console.log(severity, text, fix);
 */
export async function auditQueue(target: AuditTarget, options: AuditOptions = {}): Promise<AuditFinding[]> {
  const timeoutMs = checkedTimeout(options.timeoutMs);
  if (!isAuditTarget(target)) throw optionError('expects a Queue or a Worker of BullMQ 5 or 6');
  const findings = await within(timeoutMs, target, () => audit(target));
  const { guard } = options;
  if (guard !== undefined) for (const finding of findings) recordEvent(guard, { event: 'audit', ...finding });
  return findings;
}

async function audit(target: AuditTarget): Promise<AuditFinding[]> {
  const send = senderOf(await connectedClient(target));
  if (send === undefined)
    throw redisError(`queue '${target.name}' is not on Redis: only Redis can be audited`);
  return findingsOf(await queueFacts(new RedisReader(send), target, Date.now()));
}

async function connectedClient(target: AuditTarget): Promise<unknown> {
  try {
    return await clientOf(target);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const hint = message.startsWith('NOPERM')
      ? '; BullMQ itself needs INFO, unless the option skipVersionCheck is set'
      : '';
    throw redisError(`cannot connect to Redis (${withoutSecrets(message)})${hint}`, error);
  }
}

/** A client that is not connected keeps commands until it is, and tries for ever: only a limit ends that. */
async function within<T>(timeoutMs: number, target: AuditTarget, work: () => Promise<T>): Promise<T> {
  let last: unknown;
  const off = onTargetError(target, (error) => {
    last = error;
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(timeoutError(timeoutMs, last)), timeoutMs);
  });
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
    off();
  }
}

function timeoutError(timeoutMs: number, last: unknown): LeakguardError {
  const why = last instanceof Error ? ` (${withoutSecrets(last.message || last.name)})` : '';
  return redisError(
    `Redis did not answer within ${timeoutMs} ms${why}; is it running, and are host, port and password right?`,
    last,
  );
}

function checkedTimeout(timeoutMs: unknown = TIMEOUT_MS): number {
  const isGood = typeof timeoutMs === 'number' && timeoutMs >= 1 && timeoutMs <= MAX_TIMEOUT_MS;
  if (!isGood)
    throw optionError(
      `option timeoutMs is ${String(timeoutMs)}; expected 1 to ${MAX_TIMEOUT_MS} milliseconds`,
    );
  return timeoutMs;
}

function optionError(message: string): LeakguardError {
  return new LeakguardError('ERR_LEAKGUARD_OPTION', `auditQueue: ${message}`);
}
