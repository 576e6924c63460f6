import type { WarnOnce } from '../warn-once.ts';
import type { Isolate } from './isolate.ts';

/** Growth by less than this since it was first above the limit is none: readings after a GC differ by a few percent. */
const GROWTH = 1.1;
/** One isolate may have met an unusual job. */
const ENOUGH = 2;
/** 20 jobs become 20,480: then recycling costs nothing any more. */
const MOST_DOUBLINGS = 10;

/**
 * Jobs before which memory recycles no isolate. A processor that fills a cache in its first jobs is above a low limit soon
 * after each start and grows no further: recycling gives nothing back, and would go on for ever. Each such isolate in a row
 * doubles the jobs, so that the cost fades. An isolate that grows on leaks, and leaves as early as ever.
 */
export class HeapPatience {
  readonly #minJobs: number;
  readonly #maxHeapBytes: number;
  readonly #warnings: WarnOnce;
  #inARow = 0;

  constructor(minJobs: number, maxHeapBytes: number | null, warnings: WarnOnce) {
    this.#minJobs = minJobs;
    this.#maxHeapBytes = maxHeapBytes ?? Number.POSITIVE_INFINITY;
    this.#warnings = warnings;
  }

  minJobs(isolate: Isolate): number {
    if (hasGrown(isolate)) return this.#minJobs;
    const doublings = this.#inARow < ENOUGH ? 0 : this.#inARow - ENOUGH + 1;
    return this.#minJobs * 2 ** Math.min(doublings, MOST_DOUBLINGS);
  }

  /** An isolate has left for its memory; the last reading was after a GC. */
  left(isolate: Isolate): void {
    const { firstAbove, heapBytes, jobs } = isolate;
    if (firstAbove === null || heapBytes === null) return;
    if (hasGrown(isolate)) {
      this.#inARow = 0;
      return;
    }
    // First above late, it grew until then.
    if (firstAbove.jobs >= this.#minJobs) return;
    this.#inARow += 1;
    if (this.#inARow < ENOUGH) return;
    this.#warnings.warn(
      'LEAKGUARD_HEAP_BASELINE',
      `isolates hold more than maxHeapPerWorker (${this.#maxHeapBytes}) soon after their start and grow no further: the last one ` +
        `held ${firstAbove.heapBytes} bytes after ${firstAbove.jobs + 1} jobs and ${heapBytes} after ${jobs}. Recycling them gives ` +
        'nothing back, so memory recycles them more and more seldom. Raise maxHeapPerWorker.',
    );
  }
}

function hasGrown({ firstAbove, heapBytes }: Isolate): boolean {
  return firstAbove !== null && heapBytes !== null && heapBytes > firstAbove.heapBytes * GROWTH;
}
