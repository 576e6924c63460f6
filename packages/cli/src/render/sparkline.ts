const BARS = '▁▂▃▄▅▆▇█';

/**
 * One bar per value, scaled from 0 to the largest value, so that equal bars mean that nothing changed. Of more than `maxBars` values every nth is shown,
 * counted from the last one.
 */
export function sparkline(all: readonly number[], maxBars: number = Number.POSITIVE_INFINITY): string {
  const step = Math.ceil(all.length / maxBars) || 1;
  const values = all.filter((_, index) => (all.length - 1 - index) % step === 0);
  const largest = Math.max(...values, 0);
  if (largest === 0) return BARS[0]!.repeat(values.length);
  return values.map((value) => BARS[Math.round((value / largest) * (BARS.length - 1))]!).join('');
}
