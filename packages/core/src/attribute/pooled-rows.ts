import { BACKGROUND, EVERY_REQUEST, FIRST_SCOPE, SIGNALS, signalBytes } from '../measure/floor.ts';
import type { IsolateStep } from '../measure/isolate-levels.ts';
import type { Signal } from '../types.ts';
import { LINE, type RowModel, saturation } from './saturation.ts';
import type { BankRow } from './source-bank.ts';

/** The first are what warming up looks like: what a name loads when it first runs, and caches in its next dozens of units. */
const CURVES = [1, 10, 40, 160, 300, 2500];
const WARM_UP_CURVES = 3;

/**
 * Which name? How isolates grow with age, warm-up and leak alike, is taken out of every fit: a name is known by the
 * mixture alone, by growth where there was more of it. Warm-up comes again in every isolate, so that no number of them
 * would tell its error from a leak.
 */
export const MIXTURE_MODEL: RowModel = {
  curves: CURVES,
  warmUpCurves: WARM_UP_CURVES,
  nuisances: [LINE, ...CURVES.keys()].map((curve) => ({ source: EVERY_REQUEST, curve })),
  errorRepeats: false,
};

/**
 * Do isolates grow with age, whatever they do? As far as their settling leaves a straight line to be seen. It has few
 * curves and no logarithm: more of them follow any settling closer, but beside them a line is hardly determined, and
 * amplifies what is left (of 2 MB settling in 60 units, lives of 500: 0.4 instead of 9 KB per unit).
 */
export const AGE_MODEL: RowModel = {
  curves: CURVES,
  warmUpCurves: WARM_UP_CURVES,
  nuisances: [1, 2, 3].map((curve) => ({ source: EVERY_REQUEST, curve })),
  errorRepeats: true,
};

/** Warm-up of an isolate is roughly logarithmic in its age; these units in, it has slowed to half its first rate. */
const WARM_UP_UNITS = 20;
const TREND_SCALE = 1000;

/** The rest of the units would have to do many times as much each to matter. */
const DOMINANT_SHARE = 0.95;

/** The same row for {@link AGE_MODEL}. */
export function byAge<Row extends Omit<BankRow, 'value'>>(row: Row): Row {
  const saturated = row.pooled!.saturated.subarray(0, FIRST_SCOPE * CURVES.length);
  return {
    ...row,
    sources: row.sources.slice(0, FIRST_SCOPE),
    inFlight: 0,
    pooled: { ...row.pooled!, saturated, trend: 0 },
  };
}

/** A row without its value, and the value of each signal. */
export interface PooledRow {
  row: Omit<BankRow, 'value'>;
  values: ReadonlyMap<Signal, number>;
}

/**
 * Sums up what happens in isolates, step by step, as if one process had done it all: then the machinery for rows of one
 * process takes them. The difference of two rows is what happened in one isolate between two of its floors.
 *
 * Whitening sees one series. With one isolate at a time that is the isolate's own; with several at once the noise of a
 * floor is undone only rows later, and the gains, which are weighed by their likelihood, lean towards differences.
 */
export class PooledRows {
  readonly #values = new Map<Signal, number>(SIGNALS.map((signal) => [signal, 0]));
  #amounts = new Float64Array(FIRST_SCOPE);
  #saturated = new Float64Array(FIRST_SCOPE * CURVES.length);
  #trend = 0;
  #firstUses = 0;

  /** What a source did in all isolates. */
  amount(source: number): number {
    return this.#amounts[source] ?? 0;
  }

  /** The scope that did nearly everything: what follows every unit follows it. Null where there are several. */
  get dominant(): number | null {
    const source = this.#amounts.findIndex(
      (amount, s) => s >= FIRST_SCOPE && amount >= DOMINANT_SHARE * this.#amounts[EVERY_REQUEST]!,
    );
    return source < 0 ? null : source;
  }

  /** The row before anything happened: from it the first step is counted. */
  get origin(): PooledRow {
    return this.#row(-1, 0);
  }

  /** Adds what happened in one isolate. */
  add(isolate: number, { from, to, age, amounts }: IsolateStep): PooledRow {
    this.#amount(EVERY_REQUEST, age.from, age.to);
    this.#amount(BACKGROUND, 0, (to.timeMs - from.timeMs) / 1000);
    this.#trend += trend(age.to) - trend(age.from);
    for (const step of amounts) {
      this.#amount(step.source, step.from, step.to);
      this.#firstUses += saturation(step.to, 1) - saturation(step.from, 1);
    }
    for (const [signal, value] of this.#values)
      this.#values.set(signal, value + signalBytes(to, signal) - signalBytes(from, signal));
    return this.#row(isolate, age.to - age.from);
  }

  /** From now on this source has done nothing so far. */
  forget(source: number): void {
    if (source >= this.#amounts.length) return;
    this.#amounts[source] = 0;
    this.#saturated.fill(0, source * CURVES.length, (source + 1) * CURVES.length);
  }

  #amount(source: number, from: number, to: number): void {
    if (source >= this.#amounts.length) this.#grow(source + 1);
    this.#amounts[source]! += to - from;
    for (const [k, curve] of CURVES.entries())
      this.#saturated[source * CURVES.length + k]! += saturation(to, curve) - saturation(from, curve);
  }

  #row(isolate: number, units: number): PooledRow {
    const row = {
      sources: this.#amounts.slice(),
      inFlight: this.#firstUses,
      totalUnits: this.#amounts[EVERY_REQUEST]!,
      pooled: { isolate, units, trend: this.#trend, saturated: this.#saturated.slice() },
    };
    return { row, values: new Map(this.#values) };
  }

  #grow(sources: number): void {
    const amounts = new Float64Array(sources);
    amounts.set(this.#amounts);
    this.#amounts = amounts;
    const saturated = new Float64Array(sources * CURVES.length);
    saturated.set(this.#saturated);
    this.#saturated = saturated;
  }
}

function trend(units: number): number {
  return TREND_SCALE * Math.log1p(units / WARM_UP_UNITS);
}
