import type { SlopeEstimate } from '../attribute/single-source.ts';

/** Amounts below which growth is not worth a word, or not yet a leak. All in bytes unless named otherwise. */
export interface GrowthThresholds {
  /** Lower bound of the slope must reach this. */
  minBytesPerUnit: number;
  /** Growth so far must reach this. */
  minTotalBytes: number;
  /** `leaking` needs this much growth; 0 at `prove`, where runs are short. */
  leakTotalBytes: number;
  /** Growth that is a leak however few units caused it: a store this large is a fault of its own. */
  hugeTotalBytes: number;
}

/**
 * Units of the source that must have grown before `leaking`. A store that takes at most one entry per request looks
 * exactly like a leak until it is full, so this is the size of store that is still given the benefit of the doubt.
 */
export const STORE_BENEFIT_UNITS = 5000;

/** What is kept for less than this may be a store that forgets: sessions live for an hour at most in most apps. */
const STORE_LIFE_MS = 75 * 60_000;

const LEAK_TOTAL_BYTES = 5 * 1024 * 1024;
const LEAK_SHARE_OF_LIMIT = 0.02;
const HUGE_SHARE_OF_LIMIT = 0.1;
const SIGMAS = 3;

/** The thresholds for a process with this heap limit; `prove` drops the absolute amount for `leaking`. */
export function growthThresholds(options: {
  minBytesPerUnit: number;
  minTotalBytes: number;
  heapLimitBytes: number;
  prove: boolean;
}): GrowthThresholds {
  return {
    minBytesPerUnit: options.minBytesPerUnit,
    minTotalBytes: options.minTotalBytes,
    leakTotalBytes: options.prove
      ? 0
      : Math.max(LEAK_TOTAL_BYTES, LEAK_SHARE_OF_LIMIT * options.heapLimitBytes),
    hugeTotalBytes: HUGE_SHARE_OF_LIMIT * options.heapLimitBytes,
  };
}

/** Is this growth worth reporting? */
export function isMaterial(
  { estimate, totalBytes }: { estimate: SlopeEstimate; totalBytes: number },
  sigmaBytes: number,
  thresholds: GrowthThresholds,
): boolean {
  const needed = Math.max(thresholds.minTotalBytes, SIGMAS * sigmaBytes);
  return estimate.ci95[0] >= thresholds.minBytesPerUnit && totalBytes >= needed;
}

/** Has it grown so far that no store of ordinary size explains it? */
export function isBeyondStores(totalBytes: number, units: number, thresholds: GrowthThresholds): boolean {
  const enough = totalBytes >= thresholds.leakTotalBytes && units >= STORE_BENEFIT_UNITS;
  return enough || totalBytes >= thresholds.hugeTotalBytes;
}

/**
 * Has it grown for longer than a store that forgets takes to fill? Until its first entries are let go such a store is a leak by every
 * measure, and under rising traffic its births outnumber its deaths even later. Runs at `prove` are shorter than that, and have no
 * amount to reach either.
 */
export function outlivesStores(grownMs: number, { leakTotalBytes }: GrowthThresholds): boolean {
  return leakTotalBytes === 0 || grownMs >= STORE_LIFE_MS;
}
