import type { AllocationSample } from '../internal-types.ts';

/**
 * Tells whether a read still comes from the profiler that gave the read before: V8 does not say when another tool stopped it
 * and started it anew. Within one run a sample can only end, never come back, and ordinals only rise: so whatever is no
 * younger than the youngest sample of the last read must have been in that read, and as large.
 *
 * Cannot see a foreign run of which nothing so old is alive. Nothing false follows from one: every survivor is missing. That
 * all known samples have ended is no sign: an app may empty its one cache.
 */
export class SamplingContinuity {
  #bytesOf: ReadonlyMap<number, number> = new Map();
  #youngest: number = Number.NEGATIVE_INFINITY;

  /** Takes in the samples of a read, ascending ordinals; false if they are of another run. */
  follows(samples: readonly AllocationSample[]): boolean {
    const known = ({ ordinal, bytes }: AllocationSample): boolean => this.#bytesOf.get(ordinal) === bytes;
    if (samples.some((sample) => sample.ordinal <= this.#youngest && !known(sample))) return false;
    this.#bytesOf = new Map(samples.map(({ ordinal, bytes }) => [ordinal, bytes]));
    this.#youngest = Math.max(this.#youngest, samples.at(-1)?.ordinal ?? 0);
    return true;
  }
}
