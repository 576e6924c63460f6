import type { AllocationSample } from '../internal-types.ts';

/** Samples that two reads have seen live long; that so many of them end at once does not happen by itself. */
const SETTLED = 8;

/**
 * Tells whether a read still comes from the profiler that gave the reads before: V8 does not say when another tool stopped
 * it and started it anew. Within one run a sample can only end, never come back, and ordinals only rise: so whatever is no
 * younger than the youngest sample of the last read must have been in that read, and what two reads have seen does not
 * end all at once. Cannot see a foreign run that has no sample so old, where ours had hardly any that lasted; nothing false
 * follows from such a read, since every survivor is missing from it.
 */
export class SamplingContinuity {
  #last: readonly Pick<AllocationSample, 'ordinal' | 'bytes'>[] = [];
  #settled = new Set<number>();

  /** Takes in the samples of a read, ascending ordinals; false if they are of another run. */
  follows(samples: readonly AllocationSample[]): boolean {
    const known = new Map(this.#last.map(({ ordinal, bytes }) => [ordinal, bytes]));
    const youngest = this.#last.at(-1)?.ordinal ?? Number.NEGATIVE_INFINITY;
    const old = samples.filter(({ ordinal }) => ordinal <= youngest);
    const foreign = old.some(({ ordinal, bytes }) => known.get(ordinal) !== bytes);
    const ended = this.#settled.size >= SETTLED && !old.some(({ ordinal }) => this.#settled.has(ordinal));
    if (foreign || ended) return false;
    this.#settled = new Set(old.map(({ ordinal }) => ordinal));
    this.#last = samples.map(({ ordinal, bytes }) => ({ ordinal, bytes }));
    return true;
  }
}
