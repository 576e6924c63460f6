/**
 * Units after which a bounded store is 63 % full, as tried by the competitors of a leak. The stores of the measured
 * apps filled after a few hundred to a few thousand requests of one route.
 */
const SATURATION_UNITS: readonly number[] = [200, 700, 2500];

/** Columns per source: the straight line of a leak, then one curve per saturation constant. */
export const COLUMNS_PER_SOURCE: number = 1 + SATURATION_UNITS.length;

/** Keeps saturating columns on the scale of counts; it changes no result. */
const SCALE = 1000;

/** How full, times 1,000, a store is that `units` have fed, for the saturation constant at `index`. */
export function saturation(units: number, index: number): number {
  return SCALE * -Math.expm1(-units / SATURATION_UNITS[index]!);
}
