import * as v8 from 'node:v8';
import type { HeapReading } from './memory-reading.ts';

/** The part of `v8.GCProfiler` that is used. */
export interface GcProfiler {
  start(): void;
  stop(): v8.GCProfilerResult | undefined;
}

export type GcProfilerConstructor = new () => GcProfiler;

/** What one run of the profiler saw of major GCs, between two moments. */
interface Stretch {
  fromMs: number;
  toMs: number;
  heaps: HeapReading[];
  taken: number;
}

/** Stretches that wait for their observer entry; more than one is already unusual. */
const MAX_STRETCHES = 4;

/** V8's profiler of GCs, or null in a runtime without it. */
export function nativeGcProfiler(): GcProfilerConstructor | null {
  return typeof v8.GCProfiler === 'function' ? v8.GCProfiler : null;
}

/**
 * The heap at the very end of each major GC, from `v8.GCProfiler`. Its rows carry no time, only their run does: so
 * runs are kept short and rows are given out in order to the GCs that ended within their run.
 *
 * It runs only from the start of a marking to the mark-compact that ends it. Left running it would hold 3-4 KB per GC,
 * and slow every scavenge: by 2-3 ms on Node 20 and 22, 0.5-1.5 ms on 24 and 26 (it walks all pages before and after).
 */
export class GcProfile {
  readonly #Profiler: GcProfilerConstructor | null;
  readonly #now: () => number;
  #running: GcProfiler | null = null;
  #startedMs = 0;
  #stretches: Stretch[] = [];

  constructor(Profiler: GcProfilerConstructor | null, now: () => number) {
    this.#Profiler = Profiler;
    this.#now = now;
  }

  /** A major GC is coming: starts the profiler unless it runs. */
  arm(): void {
    if (this.#Profiler === null || this.#running !== null) return;
    try {
      const profiler = new this.#Profiler();
      profiler.start();
      this.#running = profiler;
    } catch {
      // Without a profiler `take` gives null and the caller reads the heap itself, a little later.
    }
    this.#startedMs = this.#now();
  }

  /** Stops the profiler and keeps the major GCs that it saw. */
  collect(): void {
    const heaps = this.#stop();
    if (heaps.length === 0) return;
    this.#stretches.push({ fromMs: this.#startedMs, toMs: this.#now(), heaps, taken: 0 });
    this.#stretches = this.#stretches.slice(-MAX_STRETCHES);
  }

  /** The heap right after the major GC that ended at `endMs`, or null if the profiler missed it. Each row is given once. */
  take(endMs: number): HeapReading | null {
    const stretch = this.#stretches.find((one) => one.fromMs <= endMs && endMs <= one.toMs);
    const heap = stretch?.heaps[stretch.taken++] ?? null;
    this.#stretches = this.#stretches.filter((one) => one.taken < one.heaps.length && one.toMs >= endMs);
    return heap;
  }

  close(): void {
    this.#stop();
    this.#stretches = [];
  }

  #stop(): HeapReading[] {
    const profiler = this.#running;
    this.#running = null;
    try {
      return majorHeaps(profiler?.stop());
    } catch {
      return [];
    }
  }
}

/** Rows of incremental marking are steps of a GC (after equals before), not its end: only mark-compacts count. */
function majorHeaps(result: v8.GCProfilerResult | undefined): HeapReading[] {
  return (result?.statistics ?? [])
    .filter((row) => row.gcType === 'MarkSweepCompact')
    .map(({ afterGC }) => ({
      heapBytes: afterGC.heapStatistics.usedHeapSize,
      oldSpaceBytes:
        afterGC.heapSpaceStatistics.find((space) => space.spaceName === 'old_space')?.spaceUsedSize ?? 0,
    }));
}
