import type { SlopeEstimate } from '../attribute/single-source.ts';
import type { Signal, Verdict } from '../types.ts';
import type { SignalGrowth } from './signal-growth.ts';

/** Growth with the signal that gave its size and the one that gave its name. */
export interface ChannelGrowth extends SignalGrowth {
  signal: Signal;
  namedBy: Signal;
  /** Of growth inside isolates, not of this process's own heap: how many of them were measured. */
  isolates?: number;
}

/** One of several growths of a process. */
export interface NamedGrowth extends ChannelGrowth {
  /** Stays while the growth does, also where another source takes the name. */
  key: string;
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

/** How the two readings of the same heap become one answer. */
export interface HeapReadings {
  /** The slope of the source that old space named, on the whole heap. */
  sizeOnHeap: SlopeEstimate | null;
  /** Size by whichever reading is more exact, not always by the whole heap. */
  byExactness: boolean;
}

/**
 * One answer for the two readings of the same heap. Old space names: it has less noise where large objects come and go.
 * The whole heap sizes: what a growing Map or array allocates above about 128 KB is not in old space (a leak of 379 B
 * per request through a Map read as 306 B there). Where only one of them grew it does both. The interval holds both
 * readings' intervals: on the corpus each alone missed the truth by a few percent more often than it said, because what
 * else changes in a process (code that is flushed, tables that grow in steps) is in neither model.
 *
 * Of isolates the one that is clearly more exact sizes: their forced floors vary by 3 KB in old space and by 11 KB on the whole heap, where a
 * leak of 1 KB beside one of 50 KB was off by 18 % instead of 8 %.
 */
export function heapGrowth(
  heap: SignalGrowth | null,
  oldSpace: SignalGrowth | null,
  { sizeOnHeap, byExactness }: HeapReadings,
): ChannelGrowth | null {
  const naming = namingHeapGrowth(heap, oldSpace);
  if (naming === null) return null;
  if (naming === heap || oldSpace === null) return { ...naming, signal: 'heap', namedBy: 'heap' };
  if (sizeOnHeap === null || !isUsable(sizeOnHeap, oldSpace.estimate)) {
    return { ...oldSpace, signal: 'oldSpace', namedBy: 'oldSpace' };
  }
  const estimate = holdingBoth(sizeOnHeap, oldSpace.estimate);
  if (byExactness && isClearlyExacter(oldSpace.estimate, sizeOnHeap) && estimate !== sizeOnHeap)
    return {
      ...oldSpace,
      estimate: { ...oldSpace.estimate, ci95: estimate.ci95 },
      signal: 'oldSpace',
      namedBy: 'oldSpace',
    };
  const amount = oldSpace.totalBytes / oldSpace.estimate.bytesPerUnit;
  const totalBytes = sizeOnHeap.bytesPerUnit * amount;
  return { ...oldSpace, estimate, totalBytes, signal: 'heap', namedBy: 'oldSpace' };
}

/** The reading that names the growth, null where neither grew: known without an analysis, which the size takes. */
export function namingHeapGrowth(
  heap: SignalGrowth | null,
  oldSpace: SignalGrowth | null,
): SignalGrowth | null {
  if (oldSpace === null || heap === null) return oldSpace ?? heap;
  return hasLargeObjects(heap, oldSpace) ? heap : oldSpace;
}

const LARGE_OBJECT_SHARE = 1.5;
/** A slope on the heap with a wider interval than this, relative to old space's, says less than old space alone. */
const USABLE_WIDTH = 2;

function hasLargeObjects(heap: SignalGrowth, oldSpace: SignalGrowth): boolean {
  const surely = heap.totalBytes * (heap.estimate.ci95[0] / heap.estimate.bytesPerUnit);
  return surely > LARGE_OBJECT_SHARE * oldSpace.totalBytes;
}

/** Old space that holds clearly less is blind to part of it, and says nothing of the size. */
function holdingBoth(onHeap: SlopeEstimate, inOldSpace: SlopeEstimate): SlopeEstimate {
  if (onHeap.bytesPerUnit > LARGE_OBJECT_SHARE * inOldSpace.bytesPerUnit) return onHeap;
  return {
    ...onHeap,
    ci95: [Math.min(onHeap.ci95[0], inOldSpace.ci95[0]), Math.max(onHeap.ci95[1], inOldSpace.ci95[1])],
  };
}

/** A little more of an error than old space has is no reason to leave out what is not in it. */
const CLEARLY_EXACTER = 0.8;

function isClearlyExacter(inOldSpace: SlopeEstimate, onHeap: SlopeEstimate): boolean {
  return inOldSpace.standardError <= CLEARLY_EXACTER * onHeap.standardError;
}

function isUsable(onHeap: SlopeEstimate, inOldSpace: SlopeEstimate): boolean {
  return onHeap.ci95[0] > 0 && onHeap.standardError <= USABLE_WIDTH * inOldSpace.standardError;
}
