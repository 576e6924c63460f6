import type { Candidate } from '../attribute/credible-set.ts';
import { sampledSize } from '../attribute/sampled-size.ts';
import type { SlopeEstimate } from '../attribute/single-source.ts';
import type { KeyJudgement, SurvivalJudgement } from '../attribute/survival-judgement.ts';
import type { Survivor } from '../attribute/survival-read.ts';
import { BACKGROUND, EVERY_REQUEST, FIRST_SCOPE } from '../measure/floor.ts';
import type { Verdict } from '../types.ts';
import type { NamedGrowth } from './channel-growth.ts';
import { type GrowthThresholds, isBeyondStores } from './thresholds.ts';

/** Growth that survivors of the heap profiler show, in the shape of the floors' growth. */
export interface SiteGrowth extends NamedGrowth {
  /** P that a steady store shows as much. */
  p: number;
  /** Samples that came of age and live, of the whole growth. */
  samples: number;
  /** Of them, below the named scope's own handler. Under five the name is a hint. */
  ownSamples: number;
  isHint: boolean;
}

/** A name with fewer samples behind it is a hint. */
const MIN_NAMED_SAMPLES = 5;

/** As for the floors: a first name needs this probability; with more candidates nobody is `leaking`. */
const NAMED_PROBABILITY = 0.4;
const MAX_CANDIDATES = 3;

interface Amounts {
  judgement: SurvivalJudgement;
  thresholds: GrowthThresholds;
  candidates: readonly Candidate[];
}

/**
 * What grows by the survivors: every scope whose own samples grow, and where only all of them together do, whoever the
 * candidates name. `leaking` where the third read confirmed it, where it is more than a store of ordinary size holds, and where
 * at most three could be it. Nothing that is too small for a word, nothing that the floor of the heap denies.
 *
 * @param candidates who it is by floors and sites together, most probable first; by sites alone where floors say nothing
 */
export function siteGrowths(
  judgement: SurvivalJudgement,
  thresholds: GrowthThresholds,
  candidates: readonly Candidate[],
): SiteGrowth[] {
  const amounts = { judgement, thresholds, candidates };
  const scopes = [...judgement.scopes].filter(([, { state }]) => isGrowing(state));
  const growths =
    scopes.length > 0
      ? scopes.map(([slot, key]) => scopeGrowth(slot, key, amounts))
      : [unplacedGrowth(amounts)];
  return growths.filter((growth) => growth !== null);
}

/** The gravest verdict per source, as other channels give theirs. */
export function siteVerdicts(growths: readonly SiteGrowth[]): Map<number, Verdict> {
  return new Map(growths.map(({ source, verdict }) => [source, verdict]));
}

/** Growth by the samples of a scope, sized with its part of what no scope can be told of: its objects are allocated there, too. */
function scopeGrowth(slot: number, key: KeyJudgement, amounts: Amounts): SiteGrowth | null {
  const source = FIRST_SCOPE + slot;
  const { all, unitsOf } = amounts.judgement;
  const whole = isGrowing(all.state) ? withUnplaced(slot, amounts.judgement) : null;
  const sized = whole !== null && whole.bytes > key.bytes ? { ...whole, units: unitsOf(slot) } : key;
  const estimate = sampledSize(sized, sized.units);
  if (estimate === null) return null;
  const isSure = key.gained >= MIN_NAMED_SAMPLES;
  return growthOf({ source, key, estimate, bytes: sized.bytes, ownSamples: key.gained, isSure }, amounts);
}

/** Everything that grew, where no scope's own samples tell enough. */
function unplacedGrowth(amounts: Amounts): SiteGrowth | null {
  const { judgement, candidates } = amounts;
  const { all, gained } = judgement;
  const top = candidates[0];
  if (!isGrowing(all.state) || top === undefined || top.probability < NAMED_PROBABILITY) return null;
  const { source } = top;
  const estimate = sampledSize(all, unitsOfSource(source, judgement));
  if (estimate === null) return null;
  const ownSamples = gained.filter((sample) => isOwn(sample, source - FIRST_SCOPE)).length;
  return growthOf({ source, key: all, estimate, bytes: all.bytes, ownSamples, isSure: false }, amounts);
}

interface Sized {
  source: number;
  key: KeyJudgement;
  estimate: SlopeEstimate;
  bytes: number;
  ownSamples: number;
  /** Its own samples name it; no other candidates are needed. */
  isSure: boolean;
}

function growthOf(
  { source, key, estimate, bytes, ownSamples, isSure }: Sized,
  { judgement, thresholds, candidates }: Amounts,
): SiteGrowth | null {
  const totalBytes = Math.max(0, Math.min(bytes, key.risenBytes ?? bytes));
  const minBytesPerUnit = source === BACKGROUND ? 0 : thresholds.minBytesPerUnit;
  if (estimate.ci95[0] < minBytesPerUnit || totalBytes < thresholds.minTotalBytes) return null;
  const counted = source === BACKGROUND ? EVERY_REQUEST : source;
  const units = isSure ? key.units : unitsOfSource(counted, judgement);
  const isLeak =
    key.state === 'leaking' &&
    (isSure || candidates.length <= MAX_CANDIDATES) &&
    isBeyondStores(totalBytes, units, thresholds);
  const probability = candidates.find((candidate) => candidate.source === source)?.probability ?? 0;
  return {
    key: isSure ? `sites/${source}` : 'sites/all',
    source,
    verdict: isLeak ? 'leaking' : 'growing',
    estimate,
    totalBytes,
    credible: isSure ? [{ source, probability: 1 }] : [...candidates],
    probability: isSure ? 1 : probability,
    evidence: -Math.log(key.p),
    sinceMs: key.spanMs?.from ?? 0,
    signal: 'heap',
    namedBy: 'heap',
    p: key.p,
    samples: key.gained,
    ownSamples,
    isHint: ownSamples < MIN_NAMED_SAMPLES,
  };
}

/** Its own bytes and a part of the unplaced ones that is as large as its part of the placed ones that grow. */
function withUnplaced(
  slot: number,
  { gained, died, all, scopes }: SurvivalJudgement,
): { bytes: number; variance: number } | null {
  const net = (isIn: (sample: Survivor) => boolean): number =>
    bytesOf(gained.filter(isIn)) - bytesOf(died.filter(isIn));
  const own = net((sample) => isOwn(sample, slot));
  const growing = [...scopes].filter(([, { state }]) => isGrowing(state)).map(([each]) => each);
  const placed = net(({ slots }) => slots.length === 1 && growing.includes(slots[0]!));
  if (!(own > 0 && placed > 0)) return null;
  const share = own / placed;
  return { bytes: share * all.bytes, variance: share * all.variance };
}

function unitsOfSource(source: number, { all, unitsOf }: SurvivalJudgement): number {
  if (source === EVERY_REQUEST) return unitsOf(null);
  if (source === BACKGROUND) return all.spanMs === null ? 0 : (all.spanMs.to - all.spanMs.from) / 1000;
  return unitsOf(source - FIRST_SCOPE);
}

function isGrowing(state: KeyJudgement['state']): boolean {
  return state === 'growing' || state === 'leaking';
}

function isOwn({ slots }: Survivor, slot: number): boolean {
  return slots.length === 1 && slots[0] === slot;
}

function bytesOf(samples: readonly Survivor[]): number {
  return samples.reduce((sum, { bytes }) => sum + bytes, 0);
}
