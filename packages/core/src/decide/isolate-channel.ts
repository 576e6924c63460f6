import { AGE_MODEL, byAge, MIXTURE_MODEL, type PooledRow, PooledRows } from '../attribute/pooled-rows.ts';
import { analyseSources, type SlopeEstimate, type SourceAnalysis } from '../attribute/single-source.ts';
import { SourceBank } from '../attribute/source-bank.ts';
import { EVERY_REQUEST, FIRST_SCOPE, KINDS } from '../measure/floor.ts';
import { IsolateLevels, type IsolateRow, type IsolateStep } from '../measure/isolate-levels.ts';
import type { Signal } from '../types.ts';
import type { NamedGrowth } from './channel-growth.ts';
import { GrowthSearch } from './growth-search.ts';
import type { GrowthTracker } from './growth-tracker.ts';
import type { GrowthThresholds } from './thresholds.ts';

/** Isolates followed at a time: beyond it the one that was silent longest is forgotten, as if it had ended. */
const MAX_OPEN = 256;

/** Growth with age is told beside that of names only where these explain less of it. */
const EXPLAINED_SHARE = 0.5;

/** What isolates can tell of sources that do not grow. */
export interface IsolateSight {
  /** No verdict is possible yet. */
  warmingUp: boolean;
  /** Whether anything of this source was measured in isolates. */
  knows(source: number): boolean;
  /** The smallest leak that would have been seen, see {@link SourceAnalysis.minDetectable}. */
  minDetectable(source: number, floor: { bytesPerUnit: number; totalBytes: number }): number | null;
}

/** One isolate whose floors arrive. */
export interface IsolateSeries {
  readonly id: number;
  readonly levels: IsolateLevels;
}

/**
 * The `floors` channel of isolates (worker threads and child processes that do the units of this process): steps between
 * an isolate's own floors, of all isolates together, searched as the process's own floors are.
 */
export class IsolateChannel {
  /** Isolates that gave at least one step. */
  isolates = 0;
  /** Steps that entered the analysis. */
  rows = 0;
  /** Per kind of memory: which name grows, and whether isolates grow with age whatever they do. */
  readonly #named: readonly GrowthSearch[];
  readonly #aged: readonly GrowthSearch[];
  readonly #pool = new PooledRows();
  readonly #open = new Set<IsolateSeries>();
  readonly #stepped = new WeakSet<IsolateSeries>();
  #opened = 0;

  constructor(thresholds: GrowthThresholds) {
    this.#named = KINDS.map((signals) => new GrowthSearch(signals, thresholds, MIXTURE_MODEL));
    this.#aged = KINDS.map((signals) => new GrowthSearch(signals, thresholds, AGE_MODEL));
  }

  open(): IsolateSeries {
    this.#opened += 1;
    const series = { id: this.#opened, levels: new IsolateLevels() };
    this.#open.add(series);
    if (this.#open.size > MAX_OPEN) this.#open.delete(this.#open.values().next().value!);
    return series;
  }

  /** The isolate has ended. */
  close(series: IsolateSeries, timeMs: number): void {
    if (this.#open.delete(series)) this.#take(series, series.levels.end(), timeMs);
  }

  /** False for one that was closed or forgotten: it can be opened again, and starts over with its next floor. */
  follows(series: IsolateSeries): boolean {
    return this.#open.has(series);
  }

  /**
   * Takes an isolate's floor.
   *
   * @param timeMs clock of this process
   */
  push(
    series: IsolateSeries,
    row: IsolateRow,
    { sourceOf, timeMs }: { sourceOf: (name: string) => number; timeMs: number },
  ): void {
    if (!this.#open.delete(series)) return;
    this.#open.add(series);
    this.#take(series, series.levels.advance(row, sourceOf), timeMs);
  }

  /** Whether something grows that is not confirmed yet. */
  get isUnsure(): boolean {
    return [...this.#named, ...this.#aged].some((search) => search.isUnsure);
  }

  /** Whether any growth has a name. */
  get isNamed(): boolean {
    const isNamed = this.#named.some((search) => search.sources.some((source) => source >= FIRST_SCOPE));
    return isNamed || (this.#pool.dominant !== null && this.#aged.some(({ sources }) => sources.length > 0));
  }

  /** Sources that any growth speaks of. */
  get spokenOf(): ReadonlySet<number> {
    return new Set(this.#named.flatMap((search) => search.spokenOf));
  }

  /** From now on this source has done nothing so far; not for one that is spoken of. */
  forget(source: number): void {
    this.#pool.forget(source);
    for (const { levels } of this.#open) levels.forget(source);
    for (const search of this.#named) search.forget(source);
  }

  growths(): NamedGrowth[] {
    const { isolates } = this;
    return KINDS.flatMap((_, kind) => this.#growthsOf(kind)).map((growth) => ({ ...growth, isolates }));
  }

  /** What searches a signal for a name first, see {@link GrowthSearch.tracker}. */
  tracker(signal: Signal): GrowthTracker {
    return trackerOf(this.#named, signal);
  }

  /** What reports say of scopes that nothing is said of: one analysis for all of them. */
  sight(): IsolateSight {
    const dominant = this.#pool.dominant;
    const named = this.tracker('oldSpace');
    const aged = trackerOf(this.#aged, 'oldSpace');
    const [byMixture, byAge] = [named.analyse(), dominant === null ? null : aged.analyse()];
    return {
      warmingUp: named.verdict === 'warming-up',
      knows: (source) => this.#pool.amount(source) > 0,
      minDetectable: (source, floor) =>
        source === dominant
          ? (byAge?.minDetectable(EVERY_REQUEST, { ...floor, amount: aged.amount(EVERY_REQUEST) }) ?? null)
          : (byMixture?.minDetectable(source, { ...floor, amount: named.amount(source) }) ?? null),
    };
  }

  #take(series: IsolateSeries, step: IsolateStep | null, timeMs: number): void {
    if (step === null || step.age.to === step.age.from) return;
    if (this.rows === 0) this.#search(this.#pool.origin, timeMs);
    if (!this.#stepped.has(series)) this.isolates += 1;
    this.#stepped.add(series);
    this.rows += 1;
    this.#search(this.#pool.add(series.id, step), timeMs);
  }

  #growthsOf(kind: number): NamedGrowth[] {
    const named = this.#named[kind]!.growths();
    const aged = this.#aged[kind]!.growths().filter(({ totalBytes }) => !isExplained(totalBytes, named));
    return [
      ...named.map((growth) => ({
        ...growth,
        estimate: this.#withOthers(growth, named),
        key: `isolates/${growth.key}`,
      })),
      ...aged.map((growth) => ({ ...growth, ...this.#nameOfAge(growth), key: `isolates/age/${growth.key}` })),
    ];
  }

  /**
   * The mixture says how much more a name keeps than others do. What these may keep that nobody was named for is on top of
   * it: as much of the growth with age as the names leave over.
   */
  #withOthers({ signal, estimate }: NamedGrowth, named: readonly NamedGrowth[]): SlopeEstimate {
    const aged = this.#sizeOfAge(signal);
    const units = this.#pool.amount(EVERY_REQUEST);
    if (aged === null || !(units > 0)) return estimate;
    const explained = named.reduce(
      (sum, growth) => sum + (growth.estimate.bytesPerUnit * this.#pool.amount(growth.source)) / units,
      0,
    );
    const others = Math.max(0, aged.ci95[1] - explained);
    return { ...estimate, ci95: [estimate.ci95[0], estimate.ci95[1] + others] };
  }

  /** Growth with age as if it were all there is: beside growth with time, which under steady load is the same, it has no size. */
  #sizeOfAge(signal: Signal): SlopeEstimate | null {
    const search = this.#aged[kindOf(signal)]!;
    const tracker = search.tracker(signal);
    // One that is named is named by this tracker or known to it.
    if (search.sources.every((source) => source === tracker.growth?.source))
      return tracker.sizeOf(EVERY_REQUEST);
    const bank = new SourceBank({ saturating: true, model: AGE_MODEL });
    for (const { row, broke } of tracker.history) bank.push(row, broke);
    return analyseSources(bank)?.estimate(EVERY_REQUEST) ?? null;
  }

  /** Where one scope does nearly all units, growth with every unit is its growth. */
  #nameOfAge({ source, credible }: NamedGrowth): Pick<NamedGrowth, 'source' | 'credible'> {
    const dominant = this.#pool.dominant;
    const nameOf = (known: number): number => (known === EVERY_REQUEST ? (dominant ?? known) : known);
    return {
      source: nameOf(source),
      credible: credible.map((candidate) => ({ ...candidate, source: nameOf(candidate.source) })),
    };
  }

  #search({ row, values }: PooledRow, timeMs: number): void {
    const aged = byAge(row);
    for (const [kind, signals] of KINDS.entries()) {
      for (const signal of signals) {
        const value = values.get(signal)!;
        this.#named[kind]!.push(signal, { ...row, timeMs, value });
        this.#aged[kind]!.push(signal, { ...aged, timeMs, value });
      }
      this.#named[kind]!.settle();
      this.#aged[kind]!.settle();
    }
  }
}

/** Growth with age that is mostly that of names. */
function isExplained(totalBytes: number, named: readonly NamedGrowth[]): boolean {
  return named.reduce((sum, growth) => sum + growth.totalBytes, 0) >= EXPLAINED_SHARE * totalBytes;
}

function trackerOf(searches: readonly GrowthSearch[], signal: Signal): GrowthTracker {
  return searches[kindOf(signal)]!.tracker(signal);
}

function kindOf(signal: Signal): number {
  return KINDS.findIndex((signals) => signals.includes(signal));
}
