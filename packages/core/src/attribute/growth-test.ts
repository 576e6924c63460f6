/// <reference path="./jstat.d.ts" />
import jStat from 'jstat';
import { BIRTH_BINS, type SpanTally } from './survival-span.ts';

/** Largest p value at which a key has grown: hundreds of functions are looked at, and fewer scopes. */
export const SCOPE_P = 1e-4;
export const SITE_P = 1e-5;

/** A store that fills slows down, one with a time window holds only what is late; a leak does neither. */
const MIN_LATE_TO_EARLY = 0.55;
const MAX_LATE_TO_EARLY = 2;
const MIN_BIRTHS_PER_HALF = 3;

/** Share of what was held at the first read that has to be there still; with fewer than this many held it says nothing. */
const MIN_SURVIVAL = 0.6;
const MIN_HELD = 3;

/** Survivors that a single read needs. */
const MIN_SURVIVORS = 14;

/** Nine of ten spans of independent births stay below this chi squared (nine degrees of freedom). */
const CHI_SQUARED_90 = 14.68;

/** What a span says of one key. */
export interface GrowthTest {
  /** P(Binomial(gained + churn, 1/2) >= gained), samples that come in heaps counted as fewer. */
  p: number;
  /** How many samples count as one, at least 1. */
  dispersion: number;
  /** Births went on evenly. */
  even: boolean;
  /** What was held at the first read is mostly there. */
  survives: boolean;
}

/**
 * In a steady store as many samples come of age as aged ones die, whatever their lifetimes, so that each of them is one or
 * the other with probability 1/2 (for Poisson births both counts are independent and have the same mean).
 */
export function growthTest(tally: SpanTally): GrowthTest {
  const dispersion = birthDispersion(tally);
  const { gained, churn, held } = tally;
  return {
    p: gained === 0 ? 1 : jStat.beta.cdf(0.5, gained / dispersion, churn / dispersion + 1),
    dispersion,
    even: isEven(tally),
    survives: held < MIN_HELD || churn <= (1 - MIN_SURVIVAL) * held,
  };
}

/** A single read: enough survivors, born evenly. */
export function isSuspect(tally: SpanTally): boolean {
  return tally.gained / birthDispersion(tally) >= MIN_SURVIVORS && isEven(tally);
}

function isEven({ early, late }: SpanTally): boolean {
  if (Math.min(early, late) < MIN_BIRTHS_PER_HALF) return false;
  return late >= MIN_LATE_TO_EARLY * early && late <= MAX_LATE_TO_EARLY * early;
}

/**
 * Samples of one large object, or of one batch, live and die together. The index of dispersion (variance over mean of births
 * per bin) is how many of them count as one; independent births are left alone in nine of ten cases.
 */
function birthDispersion({ gained, bins }: SpanTally): number {
  if (gained === 0) return 1;
  const mean = gained / BIRTH_BINS;
  const chiSquared = bins.reduce((sum, births) => sum + (births - mean) ** 2 / mean, 0);
  return Math.max(1, chiSquared / CHI_SQUARED_90);
}
