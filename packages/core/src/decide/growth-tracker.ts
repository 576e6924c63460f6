import { LevelShift } from '../attribute/level-shift.ts';
import { RowHistory, type SeenRow } from '../attribute/row-history.ts';
import { PROCESS_MODEL, type RowModel } from '../attribute/saturation.ts';
import {
  analyseSources,
  EVIDENCE_THRESHOLD,
  type SlopeEstimate,
  type SourceAnalysis,
} from '../attribute/single-source.ts';
import { type BankRow, SourceBank } from '../attribute/source-bank.ts';
import { EVERY_REQUEST } from '../measure/floor.ts';
import type { Verdict } from '../types.ts';
import { Confirmation } from './confirmation.ts';
import { GrowthTotals } from './growth-totals.ts';
import { LifeAmounts } from './life-amounts.ts';
import { Periods } from './periods.ts';
import { bytesInOneLife, describeGrowth, type SignalGrowth, sizeIn } from './signal-growth.ts';
import { firstName, nameNow } from './source-naming.ts';
import { type GrowthThresholds, isBeyondStores, isMaterial, outlivesStores } from './thresholds.ts';
import { isWarmUp, knowingWarmUp } from './warm-up.ts';

/** A step of a row is usual or not beside its units, and beside what any row of an isolate may move by, worth so many units. */
const SPAN_UNITS = 20;

/** Evidence below this share of its best says that the straight line no longer holds. */
const HOLDS = 0.5;

/** With more candidates than this nobody is `leaking`: that something leaks is sure, but not who. */
const MAX_CANDIDATES = 3;

/**
 * The verdict of one signal, row by row: `warming-up` -> `stable` -> `growing` -> `leaking`, and back to `stable` when
 * a whole period shows no more growth. `growing` needs evidence that any growth at all explains the rows; `leaking`
 * needs a second, disjoint period with at least as many units of the same source, growth at no less than half the
 * rate, evidence against a filling store, and more growth than a store of ordinary size would hold.
 */
export class GrowthTracker {
  growth: SignalGrowth | null = null;
  /** What sites say of who it is, by source; null while they say nothing. Counts from the next row on. */
  siteEvidence: Float64Array | null = null;
  readonly #thresholds: GrowthThresholds;
  readonly #unitless: ReadonlySet<number>;
  #model: RowModel;
  readonly #shift = new LevelShift();
  #known: readonly number[];
  #bank: SourceBank;
  #history = new RowHistory();
  #totals = new GrowthTotals();
  #warm = false;
  readonly #periods = new Periods((row) => new Confirmation(row, this.#known, this.#model));
  #bestEvidence = 0;
  /** Of growth in isolates. */
  #lives: LifeAmounts | null = null;

  /**
   * @param unitless sources whose amount is not a unit (time), so that bytes per unit have no threshold
   * @param known sources whose growth is known already: growth is looked for beside them
   * @param model what rows are made of
   */
  constructor(
    thresholds: GrowthThresholds,
    unitless: ReadonlySet<number> = new Set(),
    known: readonly number[] = [],
    model: RowModel = PROCESS_MODEL,
  ) {
    this.#thresholds = thresholds;
    this.#unitless = unitless;
    this.#known = known;
    this.#model = model;
    this.#bank = new SourceBank({ saturating: true, known, model: this.#model });
  }

  /** The latest rows, oldest first. */
  get history(): Iterable<SeenRow> {
    return this.#history;
  }

  /**
   * From now on the growth of these sources is known: the rows are looked at again beside them. Growth that they
   * explain better is dropped.
   */
  assume(known: readonly number[]): void {
    if (known.length === this.#known.length && known.every((source, k) => source === this.#known[k])) return;
    this.#known = known;
    this.#bank = this.#history.bank({ saturating: true, known, model: this.#model });
    this.#periods.assume(known);
    this.#bestEvidence = 0;
    const { growth } = this;
    if (growth === null) return;
    const analysis = this.analyse();
    const estimate = sizeIn(analysis, growth.source, this.#rows);
    if (analysis === null || estimate === null || !(analysis.sourceEvidence[growth.source]! > 0))
      this.#drop();
    else this.growth = { ...growth, estimate };
  }

  get verdict(): Verdict {
    if (this.growth !== null) return this.growth.verdict;
    return this.#warm || this.#bank.isSufficient ? 'stable' : 'warming-up';
  }

  /** Rows still needed before the first verdict. */
  get rowsNeeded(): number {
    if (this.verdict !== 'warming-up') return 0;
    return this.#bank.needed - this.#bank.counted + (this.#bank.sources === 0 ? 1 : 0);
  }

  /** Innovations gathered so far by the main bank. */
  get innovations(): number {
    return this.#bank.innovations;
  }

  /** Fresh analysis of everything seen, null while there is too little. */
  analyse(): SourceAnalysis | null {
    return analyseSources(this.#bank, this.siteEvidence);
  }

  /** What a source keeps per unit as of now, null while there is too little. */
  sizeOf(source: number): SlopeEstimate | null {
    return sizeIn(this.analyse(), source, this.#rows);
  }

  /** Takes one row (after block minimum) and moves the verdict. */
  push(row: BankRow, timeMs: number): void {
    const broke = this.#shift.isBreak(row.value, row.pooled && SPAN_UNITS + row.pooled.units);
    this.#totals.push(row);
    this.#lives?.push(row);
    this.#history.push({ row, broke });
    this.#bank.push(row, broke);
    this.#periods.push(row, broke);
    const analysis = this.analyse();
    if (analysis === null) return;
    this.#warm = true;
    if (this.growth === null) this.#suspect(analysis, row, timeMs);
    else this.#follow(analysis, row, timeMs);
  }

  /** The growth is explained (a store that is full): what comes next is judged by itself. */
  clear(): void {
    this.#drop();
    this.#totals = new GrowthTotals();
    this.#history = new RowHistory();
    this.#bank = new SourceBank({ saturating: true, known: this.#known, model: this.#model });
  }

  /** Sources that must not be forgotten: those known, as leaking or as warming up, and of the present growth the one named and all candidates. */
  get spokenOf(): readonly number[] {
    const named = this.growth === null ? [] : [this.growth, ...this.growth.credible];
    return [...this.#known, ...[...this.#model.nuisances, ...named].map(({ source }) => source)];
  }

  /** From now on this source has done nothing so far; not for one that is spoken of. */
  forget(source: number): void {
    this.#bank.forget(source);
    this.#history.forget(source);
    this.#totals.forget(source);
    this.#lives?.forget(source);
    this.#periods.forget(source);
  }

  /** What a source did over the rows that count, in its own unit. */
  amount(source: number): number {
    return this.#totals.window(source);
  }

  #drop(): void {
    this.growth = null;
    this.#periods.end();
    this.#lives = null;
  }

  #thresholdsOf(source: number): GrowthThresholds {
    return this.#unitless.has(source) ? { ...this.#thresholds, minBytesPerUnit: 0 } : this.#thresholds;
  }

  #suspect(analysis: SourceAnalysis, row: BankRow, timeMs: number): void {
    const top = analysis.credible[0];
    if (top === undefined || analysis.growthEvidence <= EVIDENCE_THRESHOLD) return;
    const isSettling = isWarmUp(analysis, top.source);
    if (isSettling) this.#searchBesideWarmUp(analysis, top.source);
    const source = isSettling ? null : firstName(analysis, this.#history);
    if (source === null) return;
    this.#totals.begin(row);
    const growth = describeGrowth(
      analysis,
      source,
      { ...this.#rows, row },
      { verdict: 'growing', sinceMs: timeMs },
    );
    if (growth === null) return;
    const lives = row.pooled === undefined ? null : new LifeAmounts(this.#history);
    const totalBytes = this.#model.errorRepeats ? bytesInOneLife(growth, lives) : growth.totalBytes;
    const seen = { ...growth, totalBytes };
    if (!isMaterial(seen, analysis.sigmaBytes, this.#thresholdsOf(source))) return;
    this.#bestEvidence = analysis.lineEvidence;
    this.growth = growth;
    this.#lives = lives;
    this.#periods.begin(row, this.#totals.lately(source));
  }

  /** The rows kept are looked at again beside a warm-up that is beyond doubt. */
  #searchBesideWarmUp(analysis: SourceAnalysis, top: number): void {
    const model = knowingWarmUp(this.#model, analysis, top);
    if (model === null) return;
    this.#model = model;
    this.#bank = this.#history.bank({ saturating: true, known: this.#known, model });
  }

  #follow(analysis: SourceAnalysis, row: BankRow, timeMs: number): void {
    this.#describeAgain(analysis, row);
    const growth = this.growth!;
    const answer = this.#periods.answer(growth, row, this.#thresholdsOf(growth.source).minBytesPerUnit);
    if (answer === 'stopped') this.clear();
    else if (answer === 'went-on') this.#goOn(analysis, row, timeMs);
  }

  /**
   * Name and size follow the evidence while it holds; once growth has stopped, what follows would only blur them. A new
   * name starts over: nothing was confirmed about that source.
   */
  #describeAgain(analysis: SourceAnalysis, row: BankRow): void {
    const known = this.growth!;
    this.#bestEvidence = Math.max(this.#bestEvidence, analysis.lineEvidence);
    if (analysis.lineEvidence < HOLDS * this.#bestEvidence) return;
    const source = nameNow(analysis, known.source, this.#history);
    const renamed = source !== known.source;
    const state = { verdict: renamed ? 'growing' : known.verdict, sinceMs: known.sinceMs } as const;
    this.growth = describeGrowth(analysis, source, { ...this.#rows, row }, state) ?? known;
    if (renamed) this.#periods.begin(row, this.#totals.lately(this.growth.source));
  }

  #goOn(analysis: SourceAnalysis, row: BankRow, timeMs: number): void {
    this.#periods.next(row);
    const growth = this.growth!;
    if (growth.verdict === 'leaking' || analysis.leakEvidence <= EVIDENCE_THRESHOLD) return;
    if (analysis.credible.length > MAX_CANDIDATES) return;
    const counted = this.#unitless.has(growth.source) ? EVERY_REQUEST : growth.source;
    if (!this.#outlastsStores(growth, counted, { row, grownMs: timeMs - growth.sinceMs })) return;
    this.growth = { ...growth, verdict: 'leaking', sinceMs: timeMs };
  }

  /** What sizes are taken from. */
  get #rows(): { model: RowModel; totals: GrowthTotals } {
    return { model: this.#model, totals: this.#totals };
  }

  /** A store begins anew in every isolate: what several of them hold together excludes none. */
  #outlastsStores(
    growth: SignalGrowth,
    counted: number,
    { row, grownMs }: { row: BankRow; grownMs: number },
  ): boolean {
    const units = this.#lives?.longest(counted) ?? this.#totals.sinceOnset(counted, row);
    const bytes = bytesInOneLife(growth, this.#lives);
    if (!isBeyondStores(bytes, units, this.#thresholds)) return false;
    const isHuge = bytes >= this.#thresholds.hugeTotalBytes;
    return this.#lives !== null || isHuge || outlivesStores(grownMs, this.#thresholds);
  }
}
