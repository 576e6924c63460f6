import { normalQuantile } from './quantiles.mjs';

const HOUR_MS = 3_600_000;

/**
 * Plain ordinary least squares on the floors of the last hour: from where the line is now, at the slope and at both
 * ends of its interval.
 *
 * @returns {{ low: number, high: number } | null} milliseconds from the last floor; null where the slope's interval holds 0
 */
export function lastHourOls({ floors, limitBytes }, confidence) {
  const nowMs = floors.at(-1).timeMs;
  const rows = floors.filter(({ timeMs }) => timeMs >= nowMs - HOUR_MS);
  const n = rows.length;
  const meanT = rows.reduce((sum, { timeMs }) => sum + timeMs, 0) / n;
  const meanY = rows.reduce((sum, { value }) => sum + value, 0) / n;
  const sxx = rows.reduce((sum, { timeMs }) => sum + (timeMs - meanT) ** 2, 0);
  const slope = rows.reduce((sum, { timeMs, value }) => sum + (timeMs - meanT) * (value - meanY), 0) / sxx;
  const residual = rows.reduce(
    (sum, { timeMs, value }) => sum + (value - meanY - slope * (timeMs - meanT)) ** 2,
    0,
  );
  const reach = normalQuantile((1 + confidence) / 2) * Math.sqrt(residual / (n - 2) / sxx);
  if (slope - reach <= 0) return null;
  const left = limitBytes - (meanY + slope * (nowMs - meanT));
  return { low: left / (slope + reach), high: left / (slope - reach) };
}
