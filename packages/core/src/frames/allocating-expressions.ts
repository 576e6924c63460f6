import type { AllocationCandidate } from '../site-types.ts';
import type { KnownFunction } from './known-function.ts';
import type { Scripts } from './scripts.ts';

export function allocatingExpressions(_known: KnownFunction, _scripts: Scripts): AllocationCandidate[] {
  return [];
}
