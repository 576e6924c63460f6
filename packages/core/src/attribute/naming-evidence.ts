import { logSumExp } from './credible-set.ts';

/** Probability that the floors' model names wrongly, used beside sites only. Chosen on the tuning seeds of bench/site-statistics. */
const FLOOR_DOUBT = 0.1;

/**
 * Floors and sites are independent, so their log-likelihoods add up. Floors are doubted a little, as sites doubt themselves: what
 * else the heap does (stores that follow the mix, warm-up) is not in the single-source model, and where floors contradict many samples
 * they were the ones that were wrong.
 *
 * @param floors log evidence per source, -Infinity where the signal does not rise along it
 * @param sites log-likelihood per source; sources beyond its end get the least of it
 */
export function withSites(floors: Float64Array, sites: Float64Array): Float64Array {
  const total = logSumExp(floors);
  if (!Number.isFinite(total)) return floors;
  const least = sites.reduce((a, b) => Math.min(a, b), 0);
  const doubt = FLOOR_DOUBT / floors.length;
  return floors.map(
    (value, source) =>
      Math.log((1 - FLOOR_DOUBT) * Math.exp(value - total) + doubt) + (sites[source] ?? least),
  );
}
