import type { Candidate } from '../attribute/credible-set.ts';
import { LevelShift } from '../attribute/level-shift.ts';
import {
  analyseSources,
  EVIDENCE_THRESHOLD,
  MIN_INNOVATIONS,
  type SlopeEstimate,
  type SourceAnalysis,
} from '../attribute/single-source.ts';
import { type BankRow, SourceBank } from '../attribute/source-bank.ts';
import type { Verdict } from '../types.ts';
import { Confirmation } from './confirmation.ts';
import { type GrowthThresholds, isBeyondStores, isMaterial } from './thresholds.ts';

/** What is known about the growth of one signal. */
export interface SignalGrowth {
  verdict: 'growing' | 'leaking';
  /** The most probable source. */
  source: number;
  estimate: SlopeEstimate;
  totalBytes: number;
  credible: Candidate[];
  /** Natural logarithm of the Bayes factor for growth. */
  evidence: number;
  /** Clock of the rows at which the verdict was first given. */
  sinceMs: number;
}

/** A period that is still unclear at this many times its length began before growth stopped, and starts over. */
const PATIENCE = 2;

/** Evidence below this share of its best says that the straight line no longer holds. */
const HOLDS = 0.5;

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
  readonly #shift = new LevelShift();
  #bank = new SourceBank({ saturating: true });
  #warm = false;
  #first: Float64Array | null = null;
  #period: Confirmation | null = null;
  /** Units of the source that the first period took; every later one lasts at least as long. */
  #periodAmount = 0;
  #bestEvidence = 0;

  /** @param unitless sources whose amount is not a unit (time), so that bytes per unit have no threshold */
  constructor(thresholds: GrowthThresholds, unitless: ReadonlySet<number> = new Set()) {
    this.#thresholds = thresholds;
    this.#unitless = unitless;
  }

  get verdict(): Verdict {
    if (this.growth !== null) return this.growth.verdict;
    return this.#warm || this.#bank.innovations >= MIN_INNOVATIONS ? 'stable' : 'warming-up';
  }

  /** Innovations gathered so far by the main bank. */
  get innovations(): number {
    return this.#bank.innovations;
  }

  /** Fresh analysis of everything seen, null while there is too little. */
  analyse(): SourceAnalysis | null {
    return analyseSources(this.#bank);
  }

  /** Takes one row (after block minimum) and moves the verdict. */
  push(row: BankRow, timeMs: number): void {
    this.#first ??= Float64Array.from(row.sources);
    const broke = this.#shift.isBreak(row.value);
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
    this.growth = null;
    this.#period = null;
    this.#first = null;
    this.#bank = new SourceBank({ saturating: true });
  }

  /** What a source did since the first row, in its own unit. */
  amount(source: number, row: BankRow): number {
    return (row.sources[source] ?? 0) - (this.#first?.[source] ?? 0);
  }

  #minBytesPerUnit(source: number): number {
    return this.#unitless.has(source) ? 0 : this.#thresholds.minBytesPerUnit;
  }

  #suspect(analysis: SourceAnalysis, row: BankRow, timeMs: number): void {
    if (analysis.growthEvidence <= EVIDENCE_THRESHOLD) return;
    const growth = this.#describe(analysis, row, 'growing', timeMs);
    if (growth === null) return;
    const thresholds = { ...this.#thresholds, minBytesPerUnit: this.#minBytesPerUnit(growth.source) };
    const amount = this.amount(growth.source, row);
    if (!isMaterial(growth.estimate, amount, analysis.sigmaBytes, thresholds)) return;
    this.growth = growth;
    this.#bestEvidence = analysis.lineEvidence;
    this.#periodAmount = amount;
    this.#period = new Confirmation(row);
  }

  #follow(analysis: SourceAnalysis, row: BankRow, timeMs: number): void {
    this.#describeAgain(analysis, row);
    const period = this.#period!;
    const { source, estimate } = this.growth!;
    if (!period.judgeable || period.amount(source, row) < this.#periodAmount) return;
    const answer = period.answer(source, estimate.bytesPerUnit, this.#minBytesPerUnit(source));
    if (answer === 'stopped') this.clear();
    else if (answer === 'went-on') this.#goOn(analysis, row, timeMs);
    else if (period.amount(source, row) >= PATIENCE * this.#periodAmount)
      this.#period = new Confirmation(row);
  }

  /** Name and size follow the evidence while it holds; once growth has stopped, what follows would only blur them. */
  #describeAgain(analysis: SourceAnalysis, row: BankRow): void {
    const { verdict, sinceMs } = this.growth!;
    this.#bestEvidence = Math.max(this.#bestEvidence, analysis.lineEvidence);
    if (analysis.lineEvidence < HOLDS * this.#bestEvidence) return;
    this.growth = this.#describe(analysis, row, verdict, sinceMs) ?? this.growth;
  }

  #goOn(analysis: SourceAnalysis, row: BankRow, timeMs: number): void {
    this.#period = new Confirmation(row);
    const growth = this.growth!;
    if (growth.verdict === 'leaking' || analysis.leakEvidence <= EVIDENCE_THRESHOLD) return;
    const units = this.#unitless.has(growth.source) ? row.totalUnits : this.amount(growth.source, row);
    if (!isBeyondStores(growth.totalBytes, units, this.#thresholds)) return;
    this.growth = { ...growth, verdict: 'leaking', sinceMs: timeMs };
  }

  #describe(
    analysis: SourceAnalysis,
    row: BankRow,
    verdict: SignalGrowth['verdict'],
    sinceMs: number,
  ): SignalGrowth | null {
    const source = analysis.credible[0]?.source;
    if (source === undefined) return null;
    const estimate = analysis.estimate(source);
    if (estimate === null) return null;
    return {
      verdict,
      source,
      estimate,
      totalBytes: estimate.bytesPerUnit * this.amount(source, row),
      credible: analysis.credible,
      evidence: analysis.growthEvidence,
      sinceMs,
    };
  }
}
