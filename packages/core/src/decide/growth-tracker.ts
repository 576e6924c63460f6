import type { Candidate } from '../attribute/credible-set.ts';
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
import { type GrowthThresholds, isBeyondStores, isMaterial } from './thresholds.ts';

/** A step of a row is usual or not beside its units, and beside what any row of an isolate may move by, worth so many units. */
const SPAN_UNITS = 20;

/** A line in a source must beat every warm-up by this Bayes factor before its name is said. */
const BEYOND_WARM_UP: number = Math.log(20);

/**
 * The error of the curves as a share of what they explain. In simulations whose isolates settle by 2 MB in 60 to 200
 * units it was 10 %.
 */
const SETTLING_ERROR = 0.2;

/** Each takes a degree of freedom. */
const MAX_NUISANCES = 12;

/** What is known about the growth of one signal. */
export interface SignalGrowth {
  verdict: 'growing' | 'leaking';
  /** The source that is named: the most probable one, unless another leads it by little. */
  source: number;
  estimate: SlopeEstimate;
  /** Never more than the signal has really risen. */
  totalBytes: number;
  credible: Candidate[];
  /** That it is this source, 0 to 1. */
  probability: number;
  /** Natural logarithm of the Bayes factor for growth. */
  evidence: number;
  /** Clock of the rows at which the verdict was first given. */
  sinceMs: number;
}

/** A period that is still unclear at this many times its length began before growth stopped, and starts over. */
const PATIENCE = 2;

/** Evidence below this share of its best says that the straight line no longer holds. */
const HOLDS = 0.5;

/** Another source takes the name only when it explains growth better by this Bayes factor: names must not flap. */
const RENAME_EVIDENCE: number = Math.log(20);

/** A first name needs this probability, or evidence beyond doubt that something grows, whoever it is. */
const NAMED_PROBABILITY = 0.4;
const BEYOND_DOUBT: number = 2 * EVIDENCE_THRESHOLD;

/**
 * A source that did something in fewer rows than this is not named: a few coincidences with what else happens in a process
 * are likely for one of hundreds of sources, and the model of the noise does not know them.
 */
const MIN_ACTIVE_ROWS = 5;

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
  readonly #thresholds: GrowthThresholds;
  readonly #unitless: ReadonlySet<number>;
  #model: RowModel;
  readonly #shift = new LevelShift();
  #known: readonly number[];
  #bank: SourceBank;
  #history = new RowHistory();
  #totals = new GrowthTotals();
  #warm = false;
  #period: Confirmation | null = null;
  /** What the source did in the first period; every later one lasts at least as long. */
  #periodAmount = 0;
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
    this.#period?.assume(known);
    this.#bestEvidence = 0;
    const { growth } = this;
    if (growth === null) return;
    const analysis = this.analyse();
    const estimate = this.#sizeIn(analysis, growth.source);
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
    return analyseSources(this.#bank);
  }

  /** What a source keeps per unit as of now, null while there is too little. */
  sizeOf(source: number): SlopeEstimate | null {
    return this.#sizeIn(this.analyse(), source);
  }

  /** Takes one row (after block minimum) and moves the verdict. */
  push(row: BankRow, timeMs: number): void {
    const broke = this.#shift.isBreak(row.value, row.pooled && SPAN_UNITS + row.pooled.units);
    this.#totals.push(row);
    this.#lives?.push(row);
    this.#history.push({ row, broke });
    this.#bank.push(row, broke);
    this.#period?.push(row, broke);
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
    const { growth } = this;
    const candidates = growth === null ? [] : growth.credible.map(({ source }) => source);
    const warmedUp = this.#model.nuisances.map(({ source }) => source);
    return [...this.#known, ...warmedUp, ...(growth === null ? [] : [growth.source, ...candidates])];
  }

  /** From now on this source has done nothing so far; not for one that is spoken of. */
  forget(source: number): void {
    this.#bank.forget(source);
    this.#history.forget(source);
    this.#totals.forget(source);
    this.#lives?.forget(source);
    this.#period?.forget(source);
  }

  /** What a source did over the rows that count, in its own unit. */
  amount(source: number): number {
    return this.#totals.window(source);
  }

  #drop(): void {
    this.growth = null;
    this.#period = null;
    this.#lives = null;
  }

  #thresholdsOf(source: number): GrowthThresholds {
    return this.#unitless.has(source) ? { ...this.#thresholds, minBytesPerUnit: 0 } : this.#thresholds;
  }

  #suspect(analysis: SourceAnalysis, row: BankRow, timeMs: number): void {
    const top = analysis.credible[0];
    if (top === undefined || analysis.growthEvidence <= EVIDENCE_THRESHOLD) return;
    if (this.#isWarmUp(analysis, top.source)) return;
    if (top.probability < NAMED_PROBABILITY && analysis.growthEvidence <= BEYOND_DOUBT) return;
    if (!this.#isSupported(top.source)) return;
    this.#totals.begin(row);
    const growth = this.#describe(analysis, top.source, row, { verdict: 'growing', sinceMs: timeMs });
    if (growth === null) return;
    const lives = row.pooled === undefined ? null : new LifeAmounts(this.#history);
    const totalBytes = this.#model.errorRepeats ? bytesInOneLife(growth, lives) : growth.totalBytes;
    const { estimate } = growth;
    if (!isMaterial({ estimate, totalBytes }, analysis.sigmaBytes, this.#thresholdsOf(growth.source))) return;
    this.#bestEvidence = analysis.lineEvidence;
    this.growth = growth;
    this.#lives = lives;
    this.#beginPeriods(row);
  }

  /**
   * Whether what grew is warming up in each isolate rather than leaking: then nobody is named. A warm-up beyond doubt is
   * known from then on, and the rows kept are searched again beside it.
   */
  #isWarmUp({ warmUp, sourceEvidence }: SourceAnalysis, top: number): boolean {
    if (warmUp === null || sourceEvidence[top]! > warmUp.evidence + BEYOND_WARM_UP) return false;
    const { nuisances } = this.#model;
    const sure = warmUp.evidence > Math.max(EVIDENCE_THRESHOLD, sourceEvidence[top]!);
    if (sure && nuisances.length < MAX_NUISANCES) {
      const { source, curve } = warmUp;
      this.#model = { ...this.#model, nuisances: [...nuisances, { source, curve }] };
      this.#bank = this.#history.bank({ saturating: true, known: this.#known, model: this.#model });
    }
    return true;
  }

  #beginPeriods(row: BankRow): void {
    this.#periodAmount = this.#totals.lately(this.growth!.source);
    this.#period = new Confirmation(row, this.#known, this.#model);
  }

  #follow(analysis: SourceAnalysis, row: BankRow, timeMs: number): void {
    this.#describeAgain(analysis, row);
    const period = this.#period!;
    const { source, estimate } = this.growth!;
    if (!period.judgeable || period.amount(source, row) < this.#periodAmount) return;
    const answer = period.answer(source, estimate.bytesPerUnit, this.#thresholdsOf(source).minBytesPerUnit);
    if (answer === 'stopped') this.clear();
    else if (answer === 'went-on') this.#goOn(analysis, row, timeMs);
    else if (period.amount(source, row) >= PATIENCE * this.#periodAmount)
      this.#period = new Confirmation(row, this.#known, this.#model);
  }

  /**
   * Name and size follow the evidence while it holds; once growth has stopped, what follows would only blur them. A new
   * name starts over: nothing was confirmed about that source.
   */
  #describeAgain(analysis: SourceAnalysis, row: BankRow): void {
    const known = this.growth!;
    this.#bestEvidence = Math.max(this.#bestEvidence, analysis.lineEvidence);
    if (analysis.lineEvidence < HOLDS * this.#bestEvidence) return;
    const source = this.#nameNow(analysis, known.source);
    const renamed = source !== known.source;
    const state = { verdict: renamed ? 'growing' : known.verdict, sinceMs: known.sinceMs } as const;
    this.growth = this.#describe(analysis, source, row, state) ?? known;
    if (renamed) this.#beginPeriods(row);
  }

  #nameNow({ credible, sourceEvidence }: SourceAnalysis, known: number): number {
    const top = credible[0]?.source ?? known;
    const lead = sourceEvidence[top]! - (sourceEvidence[known] ?? Number.NEGATIVE_INFINITY);
    return lead > RENAME_EVIDENCE && this.#isSupported(top) ? top : known;
  }

  #isSupported(source: number): boolean {
    return this.#history.activeRows(source) >= MIN_ACTIVE_ROWS;
  }

  #goOn(analysis: SourceAnalysis, row: BankRow, timeMs: number): void {
    this.#period = new Confirmation(row, this.#known, this.#model);
    const growth = this.growth!;
    if (growth.verdict === 'leaking' || analysis.leakEvidence <= EVIDENCE_THRESHOLD) return;
    if (analysis.credible.length > MAX_CANDIDATES) return;
    const counted = this.#unitless.has(growth.source) ? EVERY_REQUEST : growth.source;
    if (!this.#outlastsStores(growth, counted, row)) return;
    this.growth = { ...growth, verdict: 'leaking', sinceMs: timeMs };
  }

  #sizeIn(analysis: SourceAnalysis | null, source: number): SlopeEstimate | null {
    const fitted = analysis?.estimate(source) ?? null;
    return fitted !== null && this.#model.errorRepeats ? this.#widened(fitted, source) : fitted;
  }

  /** A share of what was taken for settling may have been growth, or the other way round. */
  #widened({ bytesPerUnit, standardError, ci95 }: SlopeEstimate, source: number): SlopeEstimate {
    const settling = Math.abs(this.#totals.meanBytesPerUnit(source) - bytesPerUnit);
    const reach = SETTLING_ERROR * settling;
    return { bytesPerUnit, standardError, ci95: [ci95[0] - reach, ci95[1] + reach] };
  }

  /** A store begins anew in every isolate: what several of them hold together excludes none. */
  #outlastsStores(growth: SignalGrowth, counted: number, row: BankRow): boolean {
    const units = this.#lives?.longest(counted) ?? this.#totals.sinceOnset(counted, row);
    return isBeyondStores(bytesInOneLife(growth, this.#lives), units, this.#thresholds);
  }

  #describe(
    analysis: SourceAnalysis,
    source: number,
    row: BankRow,
    state: Pick<SignalGrowth, 'verdict' | 'sinceMs'>,
  ): SignalGrowth | null {
    const estimate = this.#sizeIn(analysis, source);
    if (estimate === null) return null;
    return {
      ...state,
      source,
      estimate,
      totalBytes: this.#totals.stayedBytes(estimate.bytesPerUnit, source, row),
      credible: analysis.credible,
      probability: analysis.credible.find((candidate) => candidate.source === source)?.probability ?? 0,
      evidence: analysis.growthEvidence,
    };
  }
}

/** What stayed of it in the isolate that ran longest; all of it where there are no isolates. */
function bytesInOneLife({ totalBytes, estimate, source }: SignalGrowth, lives: LifeAmounts | null): number {
  return lives === null ? totalBytes : Math.min(totalBytes, estimate.bytesPerUnit * lives.longest(source));
}
