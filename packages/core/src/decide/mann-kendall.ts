/// <reference path="../attribute/jstat.d.ts" />
import jStat from 'jstat';

/**
 * One-sided p value that values in this order rise by chance: Mann's and Kendall's test (Mann 1945, Kendall 1975), normal
 * approximation with ties, good from about ten values on. It takes values as independent: a level that wanders is not.
 */
export function mannKendall(values: readonly number[]): number {
  let [score, ties] = [0, 0];
  for (let i = 0; i < values.length; i++)
    for (let k = i + 1; k < values.length; k++) score += Math.sign(values[k]! - values[i]!);
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  for (const count of counts.values()) ties += spread(count);
  const variance = (spread(values.length) - ties) / 18;
  if (score <= 0 || variance <= 0) return 1;
  return upperTail((score - 1) / Math.sqrt(variance));
}

/**
 * One-sided p value that so many of the steps between neighbours are upwards by chance. Exact for a level that wanders without a
 * drift, whose steps are independent; on the safe side for one that scatters about a mean, whose steps undo each other.
 */
export function signOfSteps(values: readonly number[]): number {
  const steps = values.length - 1;
  const up = values.filter((value, k) => k > 0 && value > values[k - 1]!).length;
  let [p, term] = [0, 0.5 ** steps];
  for (let k = steps; k >= up; k--) {
    p += term;
    term = (term * k) / (steps - k + 1);
  }
  return Math.min(1, p);
}

function spread(n: number): number {
  return n * (n - 1) * (2 * n + 5);
}

/** jStat's error function is 0 from about 5.9 on: there the tail's leading terms (Abramowitz and Stegun 26.2.12) are exact to 0.01 %. */
function upperTail(z: number): number {
  if (z < 5) return 1 - jStat.normal.cdf(z, 0, 1);
  return (Math.exp(-(z * z) / 2) / (z * Math.sqrt(2 * Math.PI))) * (1 - 1 / z ** 2 + 3 / z ** 4);
}
