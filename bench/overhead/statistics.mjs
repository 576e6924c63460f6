/** Statistics of this bench: numbers in, numbers out. */

/** @typedef {{ value: number, low: number, high: number }} Estimate a figure with its 95 % interval */

/** @param {readonly number[]} values */
export function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The mean without the lowest and the highest fifth: a burst that was preempted or held a major GC does not count. @param {readonly number[]} values */
export function trimmedMean(values) {
  const sorted = values.toSorted((one, other) => one - other);
  const cut = Math.floor(sorted.length / 5);
  return mean(sorted.slice(cut, sorted.length - cut));
}

/** @param {readonly number[]} values */
export function median(values) {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * `statistic` of the values with its percentile bootstrap interval (Efron 1979), 95 %.
 *
 * @param {readonly number[]} values
 * @param {(values: readonly number[]) => number} statistic
 * @param {() => number} random uniform in [0, 1)
 * @returns {Estimate}
 */
export function bootstrap(values, statistic, random, resamples = 2000) {
  const draw = () => values[Math.floor(random() * values.length)];
  const drawn = Array.from({ length: resamples }, () => statistic(Array.from(values, draw)));
  drawn.sort((one, other) => one - other);
  const at = (share) => drawn[Math.min(Math.floor(share * resamples), resamples - 1)];
  return { value: statistic(values), low: at(0.025), high: at(0.975) };
}

/** @param {Estimate} estimate @param {(value: number) => number} change a rising function */
export function mapEstimate({ value, low, high }, change) {
  return { value: change(value), low: change(low), high: change(high) };
}

/** In place (Fisher-Yates). @template T @param {T[]} list @returns {T[]} */
export function shuffle(list, random = Math.random) {
  for (let last = list.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [list[last], list[other]] = [list[other], list[last]];
  }
  return list;
}
