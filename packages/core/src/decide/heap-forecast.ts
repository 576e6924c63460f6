import { FloorHistory } from '../measure/floor-history.ts';
import type { HeapForecast } from '../types.ts';
import type { NamedGrowth } from './channel-growth.ts';
import { type Crossing, forecastCrossing } from './forecast.ts';

/** Floors between two computations, 5 to 20 ms each: a report is cheap, and one floor changes little. */
const FLOORS_PER_FORECAST = 4;

/** The report's forecast: computed when it is asked for and enough floors are new, else the last one counted on. */
export class HeapForecaster {
  readonly #history = new FloorHistory();
  #newFloors = FLOORS_PER_FORECAST;
  #computed: { crossing: Crossing | null; atMs: number } | null = null;

  push(timeMs: number, heapBytes: number): void {
    this.#history.push({ timeMs, value: heapBytes });
    this.#newFloors += 1;
  }

  /**
   * Null unless the heap is growing by verdict, so that no noise is ever extrapolated, and null where the interval does
   * not exclude never.
   *
   * @param nowMs same clock as the floors
   */
  forecast(
    growths: readonly Pick<NamedGrowth, 'signal'>[],
    limitBytes: number,
    nowMs: number,
  ): HeapForecast | null {
    if (!growths.some(({ signal }) => signal === 'heap' || signal === 'oldSpace')) return null;
    const { crossing, atMs } = this.#current(limitBytes, nowMs);
    if (crossing === null) return null;
    const left = (ms: number): number => Math.max(0, ms - (nowMs - atMs));
    const [low, high] = crossing.intervalMs;
    return { limitBytes, inMs: left(crossing.inMs), ci95Ms: [left(low), left(high)] };
  }

  #current(limitBytes: number, nowMs: number): { crossing: Crossing | null; atMs: number } {
    if (this.#computed !== null && this.#newFloors < FLOORS_PER_FORECAST) return this.#computed;
    this.#newFloors = 0;
    this.#computed = { crossing: forecastCrossing(this.#history.rows, limitBytes, nowMs), atMs: nowMs };
    return this.#computed;
  }
}
