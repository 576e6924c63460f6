/// <reference path="./jstat.d.ts" />
import jStat from 'jstat';
import { BACKGROUND } from '../measure/floor.ts';
import { type Candidate, credibleSet, logSumExp } from './credible-set.ts';
import type { GainSums } from './gain-sums.ts';
import { withSites } from './naming-evidence.ts';
import { type ColumnFits, NuisanceProjection } from './projection.ts';
import type { ColumnOf } from './saturation.ts';
import type { SourceBank } from './source-bank.ts';

/** How many bytes per unit a source would leak if it were the only one, with what is unsure about it. */
export interface SlopeEstimate {
  bytesPerUnit: number;
  standardError: number;
  /** 95 % interval by Student's t. */
  ci95: [number, number];
}

/** Answer of one analysis. Evidence is in natural logarithms of Bayes factors against "nothing grows". */
export interface SourceAnalysis {
  /** Effective number of innovations behind it. */
  innovations: number;
  /** For growth of any kind, a filling store included. */
  growthEvidence: number;
  /** For growth along a straight line in some source. */
  lineEvidence: number;
  /** For a leak against both "nothing" and "a bounded store that is filling". */
  leakEvidence: number;
  /** The likeliest warm-up of any source, where the model has curves for that. */
  warmUp: (ColumnOf & { evidence: number }) | null;
  /** Per source. */
  sourceEvidence: Float64Array;
  /** The same with what sites say of who it is: what names follow. It never decides whether anything grows. */
  namingEvidence: Float64Array;
  /** Most probable source first, by floors and sites, until 95 % is reached; empty if no source can explain growth. */
  credible: Candidate[];
  /** Residual standard deviation of one row, bytes. */
  sigmaBytes: number;
  /** The estimate for one source, null if it had no units or moved only as the nuisances did. */
  estimate(source: number): SlopeEstimate | null;
  /**
   * The smallest leak, bytes per unit, that would have been called growth on this source with about 90 % power, given
   * what growth must amount to.
   */
  minDetectable(
    source: number,
    floor: { bytesPerUnit: number; totalBytes: number; amount: number },
  ): number | null;
}

/** A Bayes factor of 1,000 limits the error at any time to about 1 in 1,000 (Ville's inequality). */
export const EVIDENCE_THRESHOLD: number = Math.log(1000);

/** Rows are never trusted to be more exact than this; keeps an idle signal from proving anything. */
const MIN_SIGMA_BYTES = 1024;

/** Prior weights: nothing grows, a store is filling; the rest is a leak. */
const PRIOR_NOTHING = 0.5;
const PRIOR_FILLING = 0.25;

/**
 * Share of the likelihood that is believed when probabilities and intervals are stated. The single-source model leaves
 * out what other routes do to the heap, so it is too sure of itself: on the tuning seeds of bench/detection untempered
 * sets and intervals held the truth too seldom where a store filled beside the leak.
 */
const TEMPER = 0.6;

const CREDIBLE_MASS = 0.95;
const LOG_2 = Math.log(2);

/** All fits of one whitening gain. */
interface GainFit extends ColumnFits {
  /** Log likelihood of each column's model, -Infinity where it has none. */
  logLikelihood: Float64Array;
  nullLogLikelihood: number;
  variancePerRow(rss: number): number;
}

/**
 * Which single source explains the growth of a signal? One source at a time beside the nuisances, against a constant
 * level and against stores that fill, averaged over all whitening gains. BIC approximates the Bayes factors
 * (Kass & Raftery 1995); growth is one-sided.
 *
 * @param siteEvidence per source, log-likelihood of what sites saw, see handlerLikelihood; sources beyond its end get the
 * least of it
 * @returns null while there are too few rows, and for a signal that does not move
 */
export function analyseSources(
  bank: SourceBank,
  siteEvidence: Float64Array | null = null,
): SourceAnalysis | null {
  const n = bank.innovations;
  if (!bank.isSufficient) return null;
  if (bank.gains.at(-1)!.corner.value2 <= n * MIN_SIGMA_BYTES ** 2) return null;
  const { columnsPerSource, sources } = bank;
  const df = n - bank.nuisances - 1;
  const gains = bank.gains.map((sums) => gainFit(sums, sources * columnsPerSource, { n, df }));
  const plausible = plausibleGains(gains, df);
  const quantiles = { evidence: evidenceT({ n, df }, sources), tail: jStat.studentt.inv(0.975, df) };
  const evidence = columnEvidence(gains);
  const isLine = (_: number, column: number): boolean => column % columnsPerSource === 0;
  const lines = evidence.filter(isLine);
  const curves = evidence.filter(
    (value, column) => !isLine(value, column) && value > Number.NEGATIVE_INFINITY,
  );
  const leak = logMean(lines);
  const filling = logMean(curves);
  const tempered = lines.map((value) => value * TEMPER);
  return {
    innovations: n,
    growthEvidence: Math.max(leak, filling),
    lineEvidence: leak,
    leakEvidence: leak - Math.log(PRIOR_NOTHING + PRIOR_FILLING * Math.exp(Math.min(filling, 700))),
    warmUp: likeliestWarmUp(evidence, bank),
    sourceEvidence: lines,
    namingEvidence: siteEvidence === null ? lines : withSites(tempered, siteEvidence),
    credible: credibleSet(
      siteEvidence === null ? tempered : withSites(tempered, siteEvidence),
      CREDIBLE_MASS,
    ),
    sigmaBytes: Math.max(...plausible.map(({ sigma }) => sigma)),
    estimate: (source) => estimate(gains, source * columnsPerSource, quantiles.tail),
    minDetectable: (source, floor) => minDetectable(plausible, source * columnsPerSource, quantiles, floor),
  };
}

function likeliestWarmUp(
  evidence: Float64Array,
  { columnsPerSource, model }: SourceBank,
): SourceAnalysis['warmUp'] {
  let best: SourceAnalysis['warmUp'] = null;
  for (let column = 0; column < evidence.length; column++) {
    const curve = (column % columnsPerSource) - 1;
    // Time bends nothing: within one step every curve of it is a line, beside which no other would have a size.
    if (Math.floor(column / columnsPerSource) === BACKGROUND) continue;
    if (curve < 0 || curve >= model.warmUpCurves || !Number.isFinite(evidence[column])) continue;
    if (best !== null && evidence[column]! <= best.evidence) continue;
    best = { source: Math.floor(column / columnsPerSource), curve, evidence: evidence[column]! };
  }
  return best;
}

/** @param df degrees of freedom that `n` innovations leave beside the nuisances and one slope */
function gainFit(sums: GainSums, columns: number, { n, df }: { n: number; df: number }): GainFit {
  const projection = new NuisanceProjection(sums);
  const fits = projection.fitAll(columns);
  const floor = n * MIN_SIGMA_BYTES ** 2;
  const power = -df / 2;
  const logLikelihoodOf = (rss: number): number =>
    power * Math.log(Math.max(rss, floor)) - sums.logVariance / 2;
  const price = Math.log(n) / 2;
  return {
    ...fits,
    nullLogLikelihood: logLikelihoodOf(projection.nullRss),
    variancePerRow: (rss) => variancePerRow(rss, df),
    logLikelihood: fits.rss.map((rss) =>
      Number.isNaN(rss) ? Number.NEGATIVE_INFINITY : logLikelihoodOf(rss) - price,
    ),
  };
}

/** Log Bayes factor per column, summed over the gains; -Infinity where the column shrinks or explains nothing. */
function columnEvidence(gains: readonly GainFit[]): Float64Array {
  const nothing = logSumExp(gains.map((gain) => gain.nullLogLikelihood));
  const growing = new Float64Array(gains.length);
  return gains[0]!.slope.map((_, column) => {
    for (const [g, { slope, logLikelihood }] of gains.entries()) {
      growing[g] = slope[column]! > 0 ? logLikelihood[column]! + LOG_2 : Number.NEGATIVE_INFINITY;
    }
    return logSumExp(growing) - nothing;
  });
}

function logMean(values: Float64Array): number {
  return values.length === 0 ? Number.NEGATIVE_INFINITY : logSumExp(values) - Math.log(values.length);
}

/** Mixture over the gains, weighted by how well each explains the rows with this source. */
function estimate(gains: readonly GainFit[], column: number, t: number): SlopeEstimate | null {
  const fits = gains.map((gain) => ({
    slope: gain.slope[column] ?? Number.NaN,
    variance: gain.variancePerRow(gain.rss[column]!) / gain.information[column]!,
    logWeight: gain.logLikelihood[column] ?? Number.NEGATIVE_INFINITY,
  }));
  const total = logSumExp(fits.map(({ logWeight }) => logWeight));
  if (!Number.isFinite(total)) return null;
  const fitted = fits.filter(({ logWeight }) => logWeight > Number.NEGATIVE_INFINITY);
  let mean = 0;
  for (const { slope, logWeight } of fitted) mean += Math.exp(logWeight - total) * slope;
  let variance = 0;
  for (const fit of fitted)
    variance += Math.exp(fit.logWeight - total) * (fit.variance + (fit.slope - mean) ** 2);
  const standardError = Math.sqrt(variance / TEMPER);
  const reach = t * standardError;
  return { bytesPerUnit: mean, standardError, ci95: [mean - reach, mean + reach] };
}

function variancePerRow(rss: number, df: number): number {
  return Math.max(rss / df, MIN_SIGMA_BYTES ** 2);
}

/** A gain that explains the rows about as well as the best one does, with its residual deviation of one row. */
interface PlausibleGain {
  information: Float64Array;
  sigma: number;
}

/** Gains within this Bayes factor of the best are plausible; the least favourable of them counts. */
const PLAUSIBLE_GAIN: number = Math.log(20);

function plausibleGains(gains: readonly GainFit[], df: number): PlausibleGain[] {
  const qualities = gains.map(({ logLikelihood, nullLogLikelihood }) =>
    logLikelihood.reduce((best, value) => Math.max(best, value), nullLogLikelihood),
  );
  const best = Math.max(...qualities);
  return gains
    .filter((_, g) => qualities[g]! > best - PLAUSIBLE_GAIN)
    .map((gain) => ({
      information: gain.information,
      sigma: Math.sqrt(variancePerRow(smallestRss(gain), df)),
    }));
}

/** NaN (a column that cannot be fitted) never counts. */
function smallestRss(gain: GainFit): number {
  let least = Number.POSITIVE_INFINITY;
  for (const rss of gain.rss) if (rss < least) least = rss;
  return least;
}

/** Power margin: an estimate falls below its expectation by less than this many standard errors in nine of ten runs. */
const POWER_Z = 1.28;
const SIGMAS_OF_TOTAL = 3;

function minDetectable(
  plausible: readonly PlausibleGain[],
  column: number,
  quantiles: { evidence: number; tail: number },
  floor: { bytesPerUnit: number; totalBytes: number; amount: number },
): number | null {
  const limits = plausible
    .map(({ information, sigma }) => {
      const error = sigma / Math.sqrt(information[column] ?? Number.NaN);
      const total = Math.max(floor.totalBytes, SIGMAS_OF_TOTAL * sigma) / floor.amount;
      return Math.max(
        (quantiles.evidence + POWER_Z) * error,
        floor.bytesPerUnit + (quantiles.tail / Math.sqrt(TEMPER) + POWER_Z) * error,
        total + POWER_Z * error,
      );
    })
    .filter(Number.isFinite);
  return limits.length === 0 ? null : Math.max(...limits);
}

/** The t value from which growth along one of so many sources passes the evidence threshold. */
function evidenceT({ n, df }: { n: number; df: number }, sources: number): number {
  const needed = EVIDENCE_THRESHOLD + Math.log(sources) + Math.log(n) / 2 - LOG_2;
  return Math.sqrt(df * Math.expm1((2 * needed) / df));
}
