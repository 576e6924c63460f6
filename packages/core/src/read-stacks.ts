import type { FrameMap } from './frames/frame-map.ts';
import type { AllocationReading, AllocationSample, ProfiledFunction } from './internal-types.ts';

/** Innermost function first. */
export type Stack = readonly ProfiledFunction[];

const STACKS_PER_STEP = 100;

/** The stacks of one read, each as one list, without those on which leakguard allocated for itself. */
export class ReadStacks {
  readonly stacks: readonly Stack[];
  /** Of these stacks: `stack` is their index here. */
  readonly samples: readonly AllocationSample[];

  private constructor(stacks: readonly Stack[], samples: readonly AllocationSample[]) {
    this.stacks = stacks;
    this.samples = samples;
  }

  /** Takes a reading apart, some stacks per step. */
  static *taking(reading: AllocationReading, frames: FrameMap): Generator<void, ReadStacks> {
    const { functions } = reading;
    const indexes = new Map<number, number>();
    const kept: Stack[] = [];
    for (const [index, numbers] of reading.stacks.entries()) {
      if (index % STACKS_PER_STEP === 0) yield;
      const stack = numbers.map((number) => functions[number]!);
      if (!frames.isOwn(stack)) indexes.set(index, kept.push(stack) - 1);
    }
    yield;
    const samples = reading.samples.flatMap((sample) => {
      const stack = indexes.get(sample.stack);
      return stack === undefined ? [] : [{ ...sample, stack }];
    });
    return new ReadStacks(kept, samples);
  }
}
