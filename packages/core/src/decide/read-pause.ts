/**
 * Milliseconds of full GC per byte before a read has been seen: the slowest that was measured, 0.66 s at 487 MB on Node 20
 * (a heap of many small objects; Node 26 took half).
 */
const PRIOR_MS_PER_BYTE = 0.66e3 / 487e6;
/** A pause far too long for its heap was one of the machine's: only so many in a row are believed. */
const READS = 3;

/** How long the next forced read will stop the program, from the last ones, in proportion to the heap. */
export class ReadPause {
  readonly #msPerByte: number[] = [PRIOR_MS_PER_BYTE];

  /** A forced read has stopped the program for so long. */
  push(pauseMs: number, heapUsedBytes: number): void {
    this.#msPerByte.push(pauseMs / Math.max(heapUsedBytes, 1));
    if (this.#msPerByte.length > READS) this.#msPerByte.shift();
  }

  /** Milliseconds for a heap of so many bytes. */
  expectedMs(heapUsedBytes: number): number {
    return Math.min(...this.#msPerByte) * heapUsedBytes;
  }
}
