import { isGrowing, type SurvivalState } from './key-growth.ts';
import type { Survivor } from './survival-read.ts';

/** What is known of one key: all survivors, those of a scope, or those of a function. */
export interface KeyJudgement {
  state: SurvivalState;
  /** P that a steady store shows as much growth, over the span told here. 1 while there was one read only. */
  p: number;
  /** Samples born in the span that came of age and live: what growth, its size and its name rest on. */
  gained: number;
  /** Samples that were of age when the span began and have died since. */
  churn: number;
  /** Samples that were of age when the span began. */
  held: number;
  /** Of the gained, born in the first and second half of the units. */
  early: number;
  late: number;
  /** How many samples count as one, because they come and go together. */
  dispersion: number;
  /** What the span added, bytes: gained less died. Never mind the interval where this is not positive. */
  bytes: number;
  /** Variance of `bytes` by the samples. */
  variance: number;
  /** How far the floor of the heap rose over the span, bytes; null where that was not read. */
  risenBytes: number | null;
  /** Units of its scope (all units for the other keys) in which the gained samples were born. */
  units: number;
  /** All units finished when the span began. While it grows that is when it began to, at the latest. */
  sinceUnits: number;
  /** Clock of that read, and of the latest; null where reads had none. */
  spanMs: { from: number; to: number } | null;
  /** All units finished when its growth had stopped, null if it never grew or grows. */
  clearedUnits: number | null;
}

/** Part of a growth that one function has. */
export interface SiteShare {
  site: number;
  /** Of the bytes gained, 0 to 1. */
  share: number;
  samples: number;
  bytes: number;
}

/** Everything the reads so far say. */
export interface SurvivalJudgement {
  /** All units finished at the latest read. */
  units: number;
  /** How many reads there were. */
  reads: number;
  all: KeyJudgement;
  /** By slot: survivors that belong to one scope for sure. */
  scopes: ReadonlyMap<number, KeyJudgement>;
  /** By function. */
  sites: ReadonlyMap<number, KeyJudgement>;
  /** Samples gained in the span of `all`, and those that died in it: from them follows whose growth it is. */
  gained: readonly Survivor[];
  died: readonly Survivor[];
  /** Log likelihood ratio of even births against warm-up, of the gained; see {@link warmUpOdds}. */
  warmUpOdds: number;
  /** Units of a scope, null for all, in which the samples gained in the span of `all` were born. */
  unitsOf(slot: number | null): number;
  /**
   * Who allocated what a scope gained, most bytes first; of everything gained for null. A sample that may belong to
   * several scopes counts for each. Whether a function grows by itself does not matter here: where inlining moved its
   * samples to its caller, both are told.
   */
  siteShares(slot: number | null): SiteShare[];
}

/**
 * Those of the functions that grow by themselves, or may, where some do; else all. What is allocated once came of age as well, modules that the first
 * request of a route loads for one, and lies below the handler of that route.
 */
export function ofGrowingSites<T extends { site: number }>(
  samples: readonly T[],
  sites: SurvivalJudgement['sites'],
): readonly T[] {
  if (![...sites.values()].some(({ state }) => isGrowing(state))) return samples;
  return samples.filter(({ site }) => (sites.get(site)?.state ?? 'quiet') !== 'quiet');
}

/** Bytes per function, most first. */
export function siteShares(gained: readonly Survivor[], slot: number | null): SiteShare[] {
  const sums = new Map<number, { samples: number; bytes: number }>();
  let total = 0;
  for (const { site, bytes, slots } of gained) {
    if (slot !== null && !slots.includes(slot)) continue;
    const sum = sums.get(site) ?? { samples: 0, bytes: 0 };
    sums.set(site, { samples: sum.samples + 1, bytes: sum.bytes + bytes });
    total += bytes;
  }
  return [...sums]
    .map(([site, sum]) => ({ site, share: sum.bytes / total, ...sum }))
    .sort((a, b) => b.bytes - a.bytes);
}
