import type { AuditTarget, KeepOptions } from './audit-target.ts';
import { keepOptions } from './job-sample.ts';
import type { RedisReader } from './redis-reader.ts';

/** Schedulers that are looked at. */
const SAMPLE = 12;

/** Job schedulers, and repeatable jobs of the time before them. */
export interface Schedulers {
  count: number;
  seen: { name: string; opts: KeepOptions; isLegacy: boolean }[];
}

/** Reads the first schedulers; their templates' data is never read. */
export async function schedulers(reader: RedisReader, target: AuditTarget): Promise<Schedulers> {
  const key = target.toKey('repeat');
  const [count, ids] = await Promise.all([
    reader.number('schedulers', 'ZCARD', key),
    reader.list('schedulers', 'ZRANGE', key, '0', String(SAMPLE - 1)),
  ]);
  const seen = await Promise.all(
    ids.filter((id) => id !== null).map((id) => scheduler(reader, `${key}:${id}`, id)),
  );
  return { count: count ?? 0, seen: seen.filter((one) => one !== null) };
}

async function scheduler(
  reader: RedisReader,
  key: string,
  id: string,
): Promise<Schedulers['seen'][number] | null> {
  const reply = await reader.list('schedulers', 'HMGET', key, 'name', 'opts', 'ic');
  if (reply.length === 0) return null;
  const [name, opts, iterations] = reply;
  // Only job schedulers count their iterations: BullMQ 5 itself tells them apart by this field.
  const isLegacy = iterations === null;
  return { name: name ?? id.split(':', 1)[0]!, opts: keepOptions(opts), isLegacy };
}
