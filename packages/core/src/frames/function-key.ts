import type { ProfiledFunction } from '../internal-types.ts';

/** Identity of a function in this process: where it starts, in which script. */
export function functionKey({ scriptId, line, column }: ProfiledFunction): string {
  return `${scriptId}:${line}:${column}`;
}

/**
 * A number for a key, the same whenever it is asked, so that no table of all functions ever seen has to be kept: 53 bits,
 * by which two of 10,000 functions are taken for one with a probability of 1 in 10^8. The mixing is cyrb53's.
 */
export function keyNumber(key: string): number {
  let [high, low] = [0xdeadbeef, 0x41c6ce57];
  for (let at = 0; at < key.length; at++) {
    const code = key.charCodeAt(at);
    high = Math.imul(high ^ code, 2654435761);
    low = Math.imul(low ^ code, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return 4294967296 * (2097151 & low) + (high >>> 0);
}
