import type { Signal, Verdict } from '../types.ts';
import type { SignalGrowth } from './growth-tracker.ts';

/** The growth of one signal. */
export interface NamedGrowth extends SignalGrowth {
  signal: Signal;
}

const RANK: Record<Verdict, number> = { 'warming-up': 0, stable: 1, growing: 2, leaking: 3 };

/** The graver of two verdicts. */
export function graver(a: Verdict, b: Verdict): Verdict {
  return RANK[a] >= RANK[b] ? a : b;
}

/** Order for sorting: negative if `a` is graver. */
export function byGravity(a: Verdict, b: Verdict): number {
  return RANK[b] - RANK[a];
}

/**
 * One answer for the two readings of the same heap. Old space has a tenth of the noise, so it names; but it does not
 * see objects above about 128 KB, so the whole heap takes over where it grew by clearly more.
 */
export function heapGrowth(heap: SignalGrowth | null, oldSpace: SignalGrowth | null): NamedGrowth | null {
  if (oldSpace === null) return heap === null ? null : { ...heap, signal: 'heap' };
  if (heap !== null && hasLargeObjects(heap, oldSpace)) return { ...heap, signal: 'heap' };
  return { ...oldSpace, signal: 'oldSpace' };
}

const LARGE_OBJECT_SHARE = 1.5;

function hasLargeObjects(heap: SignalGrowth, oldSpace: SignalGrowth): boolean {
  const surely = heap.totalBytes * (heap.estimate.ci95[0] / heap.estimate.bytesPerUnit);
  return surely > LARGE_OBJECT_SHARE * oldSpace.totalBytes;
}
