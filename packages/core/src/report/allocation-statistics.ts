import type { Frame, StackStatistic } from '../site-types.ts';
import type { StackGroup } from './stack-groups.ts';

/** What stays allocated by one function, file, stack or scope. */
export interface AllocationStatistic {
  /** The function by `function`; by `stack` all of its frames, innermost first; else empty. */
  frames: readonly Frame[];
  /** By `file` the file, `(native)` for native code; by `scope` the scope, null for stacks that no scope's handler was on; `(other)` for stacks too many to keep apart. */
  name: string | null;
  /** Live bytes, estimated from samples. */
  bytes: number;
  /** Half width of a 95 % interval of `bytes`, by the sampling alone. With fewer than five samples it is too narrow. */
  errorBytes: number;
  /** Samples alive: objects that the profiler happened to sample, not all objects. */
  samples: number;
}

/** The same, and what it was in an older snapshot. */
export interface AllocationDifference extends AllocationStatistic {
  deltaBytes: number;
  /** Half width of a 95 % interval of `deltaBytes`, by the sampling alone. */
  deltaErrorBytes: number;
  deltaSamples: number;
}

/** Quantile of the normal distribution for 95 %. */
const Z95 = 1.96;

const NOTHING: StackGroup = { frames: [], name: null, stacks: [] };

/** Largest first. */
export function statisticsOf(groups: ReadonlyMap<string, StackGroup>): AllocationStatistic[] {
  return [...groups.values()].map(statistic).sort((a, b) => b.bytes - a.bytes);
}

/** Largest change first, be it growth or shrinkage; what is only in one of the two counts as 0 in the other. */
export function differencesOf(
  newer: ReadonlyMap<string, StackGroup>,
  older: ReadonlyMap<string, StackGroup>,
): AllocationDifference[] {
  return [...new Set([...newer.keys(), ...older.keys()])]
    .map((key) => difference(newer.get(key), older.get(key)))
    .sort((a, b) => Math.abs(b.deltaBytes) - Math.abs(a.deltaBytes) || b.bytes - a.bytes);
}

function statistic({ frames, name, stacks }: StackGroup): AllocationStatistic {
  return {
    frames,
    name,
    bytes: sum(stacks, ({ bytes }) => bytes),
    errorBytes: Z95 * Math.sqrt(sum(stacks, ({ variance }) => variance)),
    samples: sum(stacks, ({ samples }) => samples),
  };
}

function difference(newer: StackGroup | undefined, older: StackGroup | undefined): AllocationDifference {
  const { frames, name } = newer ?? older ?? NOTHING;
  const [now, before] = [newer ?? NOTHING, older ?? NOTHING];
  const [statisticNow, statisticBefore] = [statistic(now), statistic(before)];
  return {
    ...statisticNow,
    frames,
    name,
    deltaBytes: statisticNow.bytes - statisticBefore.bytes,
    deltaErrorBytes: Z95 * Math.sqrt(unsharedVariance(now, before) + unsharedVariance(before, now)),
    deltaSamples: statisticNow.samples - statisticBefore.samples,
  };
}

/**
 * Variance of the samples that only one of the two holds. A sample in both is the same object with the same weight and takes no
 * part in the difference; where ordinals are missing, none is taken to be in both, which makes the error larger, never smaller.
 */
function unsharedVariance(of: StackGroup, other: StackGroup): number {
  const others = new Set(other.stacks.flatMap(({ ordinals }) => ordinals ?? []));
  return sum(of.stacks, ({ ordinals, variance }) => {
    if (ordinals === undefined || ordinals.length === 0) return variance;
    return (variance * ordinals.filter((ordinal) => !others.has(ordinal)).length) / ordinals.length;
  });
}

function sum(stacks: readonly StackStatistic[], amount: (stack: StackStatistic) => number): number {
  return stacks.reduce((total, stack) => total + amount(stack), 0);
}
