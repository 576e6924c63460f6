import type { FloorRow } from '../measure/floor-history.ts';
import type { HeapForecast } from '../types.ts';
import type { NamedGrowth } from './channel-growth.ts';
import { forecastCrossing } from './forecast.ts';

/**
 * The forecast for the report: null unless the heap is growing by verdict, so that no noise is ever extrapolated, and
 * null where the interval does not exclude never.
 *
 * @param rows floors of the live heap, oldest first
 * @param nowMs same clock as the rows
 */
export function heapForecast(
  growths: readonly Pick<NamedGrowth, 'signal'>[],
  rows: readonly FloorRow[],
  limitBytes: number,
  nowMs: number,
): HeapForecast | null {
  if (!growths.some(({ signal }) => signal === 'heap' || signal === 'oldSpace')) return null;
  const crossing = forecastCrossing(rows, limitBytes, nowMs);
  return crossing === null ? null : { limitBytes, inMs: crossing.inMs, ci95Ms: crossing.intervalMs };
}
