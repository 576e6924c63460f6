/** Keeps saturating columns on the scale of counts; it changes no result. */
const SCALE = 1000;

/** One column of one source. */
export interface ColumnOf {
  source: number;
  /** Index into the curves of the model, or {@link LINE}. */
  curve: number;
}

/** The straight line of a source, where others are curves. */
export const LINE = -1;

/** What the columns of a regression are, beside the straight line of a leak that every source has. */
export interface RowModel {
  /**
   * Units after which a bounded store is 63 % full, one curve each: the competitors of a leak.
   */
  readonly curves: readonly number[];
  /** How many of the curves, the first ones, stand for warm-up: what a source did has to look more like a line to be named. */
  readonly warmUpCurves: number;
  /** Columns that are nuisances: always fitted, never an answer. */
  readonly nuisances: readonly ColumnOf[];
  /**
   * What the model gets wrong comes again in every isolate, so that no number of them averages it out: growth has to be
   * material within the life of one, and the interval is widened by a share of what the curves explain.
   */
  readonly errorRepeats: boolean;
}

/** One process, whose counts run from its start. The stores of the measured apps filled after a few hundred to a few thousand requests of one route. */
export const PROCESS_MODEL: RowModel = {
  curves: [200, 700, 2500],
  warmUpCurves: 0,
  nuisances: [],
  errorRepeats: false,
};

/** How full, times 1,000, a store is that `units` have fed and that is 63 % full after `curve` of them. */
export function saturation(units: number, curve: number): number {
  return SCALE * -Math.expm1(-units / curve);
}
