import type { RedisReader } from './redis-reader.ts';

/** What Redis does when its memory is full. */
export interface Eviction {
  policy: string;
  /** Bytes, 0 for no limit; null where it cannot be seen. */
  maxMemoryBytes: number | null;
}

/** From CONFIG, else from INFO, which managed services leave open more often; null where both are refused. */
export async function eviction(reader: RedisReader): Promise<Eviction | null> {
  const config = await reader.ask('eviction-policy', 'CONFIG', 'GET', 'maxmemory*');
  const policy = field(config, 'maxmemory-policy');
  if (policy !== undefined) {
    return { policy, maxMemoryBytes: amount(field(config, 'maxmemory')) };
  }
  const info = await reader.ask('eviction-policy', 'INFO', 'memory');
  const lines = new Map(
    String(info ?? '')
      .split('\r\n')
      .map((line) => line.split(':') as [string, string]),
  );
  const told = lines.get('maxmemory_policy');
  if (told === undefined) {
    // Some services answer both, with nothing in them.
    if (!reader.refusals.has('eviction-policy')) reader.refuse('eviction-policy', 'CONFIG GET', 'no answer');
    return null;
  }
  reader.refusals.delete('eviction-policy');
  return { policy: told, maxMemoryBytes: amount(lines.get('maxmemory')) };
}

/** Of CONFIG GET: a flat list, or with RESP3 pairs, a Map or an object. */
function field(reply: unknown, name: string): string | undefined {
  const pairs = Array.isArray(reply) ? pairsOf(reply.flat()) : reply;
  const value =
    pairs instanceof Map ? pairs.get(name) : (pairs as Record<string, unknown> | undefined)?.[name];
  return value === undefined || value === null ? undefined : String(value);
}

function pairsOf(flat: readonly unknown[]): Map<unknown, unknown> {
  return new Map(flat.flatMap((name, index) => (index % 2 === 0 ? [[name, flat[index + 1]] as const] : [])));
}

function amount(text: string | undefined): number | null {
  const value = Number(text ?? Number.NaN);
  return Number.isFinite(value) ? value : null;
}
