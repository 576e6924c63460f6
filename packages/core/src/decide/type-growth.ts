import type { TypeGrowth } from '../site-types.ts';

/**
 * What every type gained since the counts before, those that gained most first, then the most frequent ones. Types that are gone
 * are in it, with 0.
 *
 * @param before null at the first count: then no type has a delta
 */
export function typeGrowth(
  now: ReadonlyMap<string, number>,
  before: ReadonlyMap<string, number> | null,
): TypeGrowth[] {
  const types = new Set([...now.keys(), ...(before?.keys() ?? [])]);
  const growths = Array.from(types, (type) => {
    const count = now.get(type) ?? 0;
    return { type, count, delta: before === null ? null : count - (before.get(type) ?? 0) };
  });
  return growths.sort((a, b) => (b.delta ?? 0) - (a.delta ?? 0) || b.count - a.count);
}
