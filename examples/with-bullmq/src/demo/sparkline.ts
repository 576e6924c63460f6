const BARS = '▁▂▃▄▅▆▇█';

/** The values as bars, at most so many, each the mean of its part, on a scale from `low` to `high`. */
export function sparkline(
  values: readonly number[],
  [low, high]: readonly [number, number],
  most: number,
): string {
  return thinned(values, most)
    .map((value) => BARS[Math.round(((value - low) / Math.max(1, high - low)) * (BARS.length - 1))])
    .join('');
}

function thinned(values: readonly number[], most: number): number[] {
  const size = Math.ceil(values.length / most) || 1;
  const parts = Array.from({ length: Math.ceil(values.length / size) }, (_, i) =>
    values.slice(i * size, (i + 1) * size),
  );
  return parts.map((part) => part.reduce((sum, value) => sum + value, 0) / part.length);
}
