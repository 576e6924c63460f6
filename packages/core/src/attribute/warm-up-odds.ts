/** Warm-up adds about as much with each doubling of the units; from so many units on, as fitted on apps that do not leak. */
const WARM_UP_UNITS = 500;

/**
 * How much better births at an even rate explain when the samples were born than warm-up does, whose rate falls like
 * 1 / (units + 500): a log likelihood ratio. What no scope can be told of has to pass it, since everything warms up.
 *
 * @param bornAt all units finished when each sample was born, between `from` and `to`
 * @param dispersion how many samples count as one
 */
export function warmUpOdds(
  bornAt: readonly number[],
  { from, to, dispersion }: { from: number; to: number; dispersion: number },
): number {
  const [start, end] = [Math.max(0, from) + WARM_UP_UNITS, to + WARM_UP_UNITS];
  if (end <= start) return 0;
  const ratio = Math.log(end / start) / (end - start);
  const sum = bornAt.reduce((odds, units) => odds + Math.log((units + WARM_UP_UNITS) * ratio), 0);
  return sum / dispersion;
}
