/** One source and how probable it is that the growth comes from it. */
export interface Candidate {
  source: number;
  probability: number;
}

/** log(sum(exp(x))), safe against overflow; -Infinity for an empty list. */
export function logSumExp(values: Iterable<number>): number {
  let max = Number.NEGATIVE_INFINITY;
  for (const value of values) if (value > max) max = value;
  if (max === Number.NEGATIVE_INFINITY) return max;
  let sum = 0;
  for (const value of values) sum += Math.exp(value - max);
  return max + Math.log(sum);
}

/**
 * The smallest set of sources that holds the true one with at least the given probability.
 *
 * @param logEvidence per source; -Infinity where a source is excluded
 * @param mass wanted probability, 0 to 1
 * @returns most probable first; empty if no source has evidence
 */
export function credibleSet(logEvidence: ArrayLike<number>, mass: number): Candidate[] {
  const values = Array.from(logEvidence);
  const total = logSumExp(values);
  if (!Number.isFinite(total)) return [];
  const ranked = values
    .map((value, source) => ({ source, probability: Math.exp(value - total) }))
    .sort((a, b) => b.probability - a.probability);
  const set: Candidate[] = [];
  let sum = 0;
  for (const candidate of ranked) {
    if (candidate.probability === 0) break;
    set.push(candidate);
    sum += candidate.probability;
    if (sum >= mass) break;
  }
  return set;
}
