import type { FrameMap } from './frames/frame-map.ts';
import type { AllocationReading, AllocationSample, ProfiledFunction } from './internal-types.ts';

/** Innermost function first. */
export type Stack = readonly ProfiledFunction[];

/** The stacks of one read, each as one list, without those on which leakguard allocated for itself. */
export class ReadStacks {
  readonly stacks: readonly Stack[];
  /** Of these stacks: `stack` is their index here. */
  readonly samples: readonly AllocationSample[];

  constructor({ stacks, functions, samples }: AllocationReading, frames: FrameMap) {
    const all = stacks.map((stack) => stack.map((index) => functions[index]!));
    const indexes = new Map<number, number>();
    const kept: Stack[] = [];
    for (const [index, stack] of all.entries())
      if (!frames.isOwn(stack)) indexes.set(index, kept.push(stack) - 1);
    this.stacks = kept;
    this.samples = samples.flatMap((sample) => {
      const stack = indexes.get(sample.stack);
      return stack === undefined ? [] : [{ ...sample, stack }];
    });
  }
}
