import type { Seen } from '../types.ts';

/**
 * The object of a finished unit that may be watched. JavaScript hosts can pass anything: what no WeakRef takes, or what
 * throws when it is asked for, is none. Never throws.
 */
export function seenSubject(seen: Seen | undefined): object | undefined {
  if (seen === undefined) return undefined;
  try {
    const { subject } = seen;
    return isObject(subject) ? subject : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the unit ran in another isolate. Never throws. */
export function ranElsewhere(seen: Seen | undefined): boolean {
  try {
    return seen?.elsewhere === true;
  } catch {
    return false;
  }
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
