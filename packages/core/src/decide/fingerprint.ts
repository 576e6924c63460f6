import { createHash } from 'node:crypto';
import type { ScopeKind } from '../types.ts';

/** Stable id of a leak: the first eight hex digits of a hash over kind and name of its scope. */
export function scopeFingerprint(kind: ScopeKind, scope: string): string {
  return createHash('sha256').update(`${kind} ${scope}`).digest('hex').slice(0, 8);
}
