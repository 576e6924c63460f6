/** One canary that outlived its unit, by the number of units its scope had finished when it was taken. */
export interface RetainedTally {
  sampled: number;
  /** Alive at their last look, at least three major GCs after the end of the unit. */
  alive: number;
  /** Units that the scope had finished when each still living canary of five or more major GCs was taken, ascending. */
  retainedBornAt: readonly number[];
}

/** Canaries needed before retention is more than an accident. */
const MIN_RETAINED = 3;

/**
 * Verdict over the request objects that stayed alive: `growing` from three canaries alive through five major GCs;
 * `leaking` once three of them have outlived so many later units of their scope that no store of ordinary size
 * would still hold them, and the newest is from the later half of that time: retention goes on.
 *
 * @param units finished by the scope so far
 * @param storeUnits the size of store that is given the benefit of the doubt
 */
export function retainedVerdict(
  tally: RetainedTally,
  units: number,
  storeUnits: number,
): 'stable' | 'growing' | 'leaking' {
  const born = tally.retainedBornAt;
  if (born.length < MIN_RETAINED) return 'stable';
  const old = born.filter((bornAt) => units - bornAt >= storeUnits).length;
  const goesOn = born.at(-1)! >= (born[0]! + units) / 2;
  return old >= MIN_RETAINED && goesOn ? 'leaking' : 'growing';
}
