import type { Candidate } from '../attribute/credible-set.ts';
import type { RowModel } from '../attribute/saturation.ts';
import type { SlopeEstimate, SourceAnalysis } from '../attribute/single-source.ts';
import type { BankRow } from '../attribute/source-bank.ts';
import type { GrowthTotals } from './growth-totals.ts';
import type { LifeAmounts } from './life-amounts.ts';

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

/**
 * The error of the curves as a share of what they explain. In simulations whose isolates settle by 2 MB in 60 to 200
 * units it was 10 %.
 */
const SETTLING_ERROR = 0.2;

/** What the rows are made of, and what every source did in them. */
interface Rows {
  model: RowModel;
  totals: GrowthTotals;
}

/** What a source keeps per unit by this analysis, null while there is too little. */
export function sizeIn(
  analysis: SourceAnalysis | null,
  source: number,
  { model, totals }: Rows,
): SlopeEstimate | null {
  const fitted = analysis?.estimate(source) ?? null;
  return fitted !== null && model.errorRepeats ? widened(fitted, source, totals) : fitted;
}

/** A share of what was taken for settling may have been growth, or the other way round. */
function widened(
  { bytesPerUnit, standardError, ci95 }: SlopeEstimate,
  source: number,
  totals: GrowthTotals,
): SlopeEstimate {
  const settling = Math.abs(totals.meanBytesPerUnit(source) - bytesPerUnit);
  const reach = SETTLING_ERROR * settling;
  return { bytesPerUnit, standardError, ci95: [ci95[0] - reach, ci95[1] + reach] };
}

/** Growth of this source as of this row, the latest; null while it has no size. */
export function describeGrowth(
  analysis: SourceAnalysis,
  source: number,
  { row, ...rows }: Rows & { row: BankRow },
  state: Pick<SignalGrowth, 'verdict' | 'sinceMs'>,
): SignalGrowth | null {
  const estimate = sizeIn(analysis, source, rows);
  if (estimate === null) return null;
  return {
    ...state,
    source,
    estimate,
    totalBytes: rows.totals.stayedBytes(estimate.bytesPerUnit, source, row),
    credible: analysis.credible,
    probability: analysis.credible.find((candidate) => candidate.source === source)?.probability ?? 0,
    evidence: analysis.growthEvidence,
  };
}

/** What stayed of it in the isolate that ran longest; all of it where there are no isolates. */
export function bytesInOneLife(
  { totalBytes, estimate, source }: SignalGrowth,
  lives: LifeAmounts | null,
): number {
  return lives === null ? totalBytes : Math.min(totalBytes, estimate.bytesPerUnit * lives.longest(source));
}
