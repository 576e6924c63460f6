/// <reference path="./jstat.d.ts" />
import jStat from 'jstat';
import { type Candidate, credibleSet, logSumExp } from './credible-set.ts';
import { type ColumnFit, NuisanceProjection } from './projection.ts';
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
  /** For a leak against both "nothing" and "a bounded store that is filling". */
  leakEvidence: number;
  /** Per source. */
  sourceEvidence: Float64Array;
  /** Most probable source first, until 95 % is reached; empty if no source can explain growth. */
  credible: Candidate[];
  /** Residual standard deviation of one row, bytes. */
  sigmaBytes: number;
  /** The estimate for one source, null if it had no units or moved only as the nuisances did. */
  estimate(source: number): SlopeEstimate | null;
  /** The smallest leak, bytes per unit, that would have been called growth on this source with about 90 % power. */
  minDetectable(source: number): number | null;
}

/** Fewer innovations than this say nothing: three are spent on the nuisances and the slope. */
export const MIN_INNOVATIONS = 10;

/** A Bayes factor of 1,000 limits the error at any time to about 1 in 1,000 (Ville's inequality). */
export const EVIDENCE_THRESHOLD: number = Math.log(1000);

/** Rows are never trusted to be more exact than this; keeps an idle signal from proving anything. */
const MIN_SIGMA_BYTES = 1024;

/** Prior weights: nothing grows, a store is filling; the rest is a leak. */
const PRIOR_NOTHING = 0.5;
const PRIOR_FILLING = 0.25;

/**
 * Shrinks log evidence before it is turned into a credible set. The single-source model leaves out what other routes
 * do to the heap, so its likelihood is too sure of itself; chosen on tuning seeds of bench/detection, where the
 * untempered 95 % sets held the true route in too few detections near the limit.
 */
const POSTERIOR_TEMPER = 0.6;

const CREDIBLE_MASS = 0.95;
const NUISANCES = 2;
const LOG_2 = Math.log(2);

interface GainFit {
  fits: (ColumnFit | null)[];
  nullLogLikelihood: number;
  logLikelihood(fit: ColumnFit): number;
}

/**
 * Which single source explains the growth of a signal? One source at a time beside the nuisances, against a constant
 * level and against stores that fill, averaged over all whitening gains. BIC approximates the Bayes factors
 * (Kass & Raftery 1995); growth is one-sided.
 *
 * @returns null while there are too few rows, and for a signal that does not move
 */
export function analyseSources(bank: SourceBank): SourceAnalysis | null {
  const n = bank.innovations;
  if (n < MIN_INNOVATIONS) return null;
  const gains = bank.gains.map((sums) => gainFit(new NuisanceProjection(sums), sums.logVariance, bank, n));
  if (bank.gains[bank.gains.length - 1]!.corner.value2 <= n * MIN_SIGMA_BYTES ** 2) return null;
  const evidence = columnEvidence(gains, bank.sources * bank.columnsPerSource);
  const isLine = (_: number, column: number): boolean => column % bank.columnsPerSource === 0;
  const lines = evidence.filter(isLine);
  const curves = evidence.filter(
    (value, column) => !isLine(value, column) && value > Number.NEGATIVE_INFINITY,
  );
  const leak = logMean(lines);
  const filling = logMean(curves);
  return {
    innovations: n,
    growthEvidence: Math.max(leak, filling),
    leakEvidence: leak - Math.log(PRIOR_NOTHING + PRIOR_FILLING * Math.exp(Math.min(filling, 700))),
    sourceEvidence: lines,
    credible: credibleSet(
      lines.map((value) => value * POSTERIOR_TEMPER),
      CREDIBLE_MASS,
    ),
    sigmaBytes: residualSigma(gains, n),
    estimate: (source) => estimate(gains, source * bank.columnsPerSource, n),
    minDetectable: (source) => minDetectable(gains, source * bank.columnsPerSource, n, lines.length),
  };
}

function gainFit(projection: NuisanceProjection, logVariance: number, bank: SourceBank, n: number): GainFit {
  const floor = n * MIN_SIGMA_BYTES ** 2;
  const logLikelihoodOf = (rss: number): number =>
    (-(n - NUISANCES - 1) / 2) * Math.log(Math.max(rss, floor)) - logVariance / 2;
  return {
    fits: Array.from({ length: bank.sources * bank.columnsPerSource }, (_, column) => projection.fit(column)),
    nullLogLikelihood: logLikelihoodOf(projection.nullRss),
    logLikelihood: (fit) => logLikelihoodOf(fit.rss) - Math.log(n) / 2,
  };
}

/** Log Bayes factor per column, summed over the gains; -Infinity where the column shrinks or explains nothing. */
function columnEvidence(gains: readonly GainFit[], columns: number): Float64Array {
  const nothing = logSumExp(gains.map((gain) => gain.nullLogLikelihood));
  return Float64Array.from({ length: columns }, (_, column) => {
    const growing = gains.map(({ fits, logLikelihood }) => {
      const fit = fits[column]!;
      return fit === null || fit.slope <= 0 ? Number.NEGATIVE_INFINITY : logLikelihood(fit) + LOG_2;
    });
    return logSumExp(growing) - nothing;
  });
}

function logMean(values: Float64Array): number {
  return values.length === 0 ? Number.NEGATIVE_INFINITY : logSumExp(values) - Math.log(values.length);
}

/** Mixture over the gains, weighted by how well each explains the rows with this source. */
function estimate(gains: readonly GainFit[], column: number, n: number): SlopeEstimate | null {
  const fits = gains.flatMap(({ fits, logLikelihood }) => {
    const fit = fits[column]!;
    return fit === null ? [] : [{ fit, weight: logLikelihood(fit) }];
  });
  const total = logSumExp(fits.map((f) => f.weight));
  if (!Number.isFinite(total)) return null;
  const df = n - NUISANCES - 1;
  let mean = 0;
  for (const { fit, weight } of fits) mean += Math.exp(weight - total) * fit.slope;
  let variance = 0;
  for (const { fit, weight } of fits) {
    const own = variancePerRow(fit.rss, n) / fit.information;
    variance += Math.exp(weight - total) * (own + (fit.slope - mean) ** 2);
  }
  const standardError = Math.sqrt(variance);
  const reach = jStat.studentt.inv(0.975, df) * standardError;
  return { bytesPerUnit: mean, standardError, ci95: [mean - reach, mean + reach] };
}

function variancePerRow(rss: number, n: number): number {
  return Math.max(rss / (n - NUISANCES - 1), MIN_SIGMA_BYTES ** 2);
}

/** Largest residual deviation among the plausible gains. */
function residualSigma(gains: readonly GainFit[], n: number): number {
  return Math.sqrt(Math.max(...plausibleGains(gains).map((gain) => variancePerRow(smallestRss(gain), n))));
}

function smallestRss(gain: GainFit): number {
  let rss = Number.POSITIVE_INFINITY;
  for (const fit of gain.fits) if (fit !== null && fit.rss < rss) rss = fit.rss;
  return rss;
}

function plausibleGains(gains: readonly GainFit[]): GainFit[] {
  const qualities = gains.map((gain) =>
    Math.max(
      gain.nullLogLikelihood,
      ...gain.fits.map((fit) => (fit === null ? -Infinity : gain.logLikelihood(fit))),
    ),
  );
  const best = Math.max(...qualities);
  return gains.filter((_, g) => qualities[g]! > best - PLAUSIBLE_GAIN);
}

/** Power margin: the observed t falls below its expectation by less than this in nine of ten runs. */
const POWER_Z = 1.28;

/** Gains within this Bayes factor of the best are plausible; the least favourable of them counts. */
const PLAUSIBLE_GAIN: number = Math.log(20);

function minDetectable(gains: readonly GainFit[], column: number, n: number, sources: number): number | null {
  const errors = plausibleGains(gains).flatMap((gain) => {
    const fit = gain.fits[column]!;
    return fit === null ? [] : [Math.sqrt(variancePerRow(smallestRss(gain), n) / fit.information)];
  });
  if (errors.length === 0) return null;
  const df = n - NUISANCES - 1;
  const needed = EVIDENCE_THRESHOLD + Math.log(sources) + Math.log(n) / 2 - LOG_2;
  const t = Math.sqrt(df * Math.expm1((2 * needed) / df));
  return (t + POWER_Z) * Math.max(...errors);
}
