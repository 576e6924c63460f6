import type { AuditTarget, KeepOptions } from './audit-target.ts';
import type { RedisReader } from './redis-reader.ts';

/** A job that was looked at: its name, the options that matter, and sizes. Its data is never read. */
export interface JobSample {
  name: string;
  opts: KeepOptions;
  /** Of the payload and of the return value, as JSON in Redis. */
  dataBytes: number;
  resultBytes: number;
  logLines: number;
  /** Of the job's hash and its logs, as Redis measures them; null where it does not. */
  bytes: number | null;
  logBytes: number;
}

/** Names of options that BullMQ shortens in Redis. */
interface StoredOptions extends KeepOptions {
  kl?: number;
}

/** Reads one job in at most six commands; null for one that is gone meanwhile. */
export async function jobSample(
  reader: RedisReader,
  target: AuditTarget,
  id: string,
): Promise<JobSample | null> {
  const key = target.toKey(id);
  const logs = `${key}:logs`;
  const [[name, opts], data, result, lines, hashBytes] = await Promise.all([
    reader.list('jobs', 'HMGET', key, 'name', 'opts'),
    reader.number('jobs', 'HSTRLEN', key, 'data'),
    reader.number('jobs', 'HSTRLEN', key, 'returnvalue'),
    reader.number('jobs', 'LLEN', logs),
    // All fields: of the five that Redis samples by default the payload may be none.
    reader.number('sizes', 'MEMORY', 'USAGE', key, 'SAMPLES', '0'),
  ]);
  if (typeof opts !== 'string') return null;
  const logBytes = lines ? ((await reader.number('sizes', 'MEMORY', 'USAGE', logs)) ?? 0) : 0;
  return {
    name: name ?? '',
    opts: keepOptions(opts),
    dataBytes: data ?? 0,
    resultBytes: result ?? 0,
    logLines: lines ?? 0,
    bytes: hashBytes === null ? null : hashBytes + logBytes,
    logBytes,
  };
}

/** The few options that matter, from a job's or a scheduler's JSON; none of one that is damaged. */
export function keepOptions(json: string | null | undefined): KeepOptions {
  const { removeOnComplete, removeOnFail, sizeLimit, keepLogs, kl } = parsed(json);
  return {
    removeOnComplete: removeOnComplete ?? undefined,
    removeOnFail: removeOnFail ?? undefined,
    ...(typeof sizeLimit === 'number' ? { sizeLimit } : {}),
    ...(typeof (kl ?? keepLogs) === 'number' ? { keepLogs: (kl ?? keepLogs)! } : {}),
  };
}

function parsed(json: string | null | undefined): StoredOptions {
  try {
    return { ...(JSON.parse(json ?? '{}') as StoredOptions) };
  } catch {
    return {};
  }
}
