import type { Candidate } from '../attribute/credible-set.ts';
import { isGrowing } from '../attribute/key-growth.ts';
import { NetAmounts } from '../attribute/net-amounts.ts';
import { sampledSize } from '../attribute/sampled-size.ts';
import type { SlopeEstimate } from '../attribute/single-source.ts';
import {
  type KeyJudgement,
  ofGrowingSites,
  type SurvivalJudgement,
} from '../attribute/survival-judgement.ts';
import { BACKGROUND, EVERY_REQUEST, FIRST_SCOPE } from '../measure/floor.ts';
import type { NamedGrowth } from './channel-growth.ts';
import { NAMED_PROBABILITY } from './merged-growth.ts';
import { type GrowthThresholds, isBeyondStores, outlivesStores } from './thresholds.ts';

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

/** A name without five samples of its own must be as probable as this. */
const SURE = 0.9;

/** Evidence against mere warm-up that growth without a scope of its own needs to be told, and to be a leak. */
const UNPLACED_ODDS: number = Math.log(3);
const UNPLACED_LEAK_ODDS: number = Math.log(20);

/** A leak is taken for at most so many times what lies below its scope's handler. */
const MAX_UNPLACED = 1.8;

/** The floor has to rise by this share of what the survivors show, or they only replaced what the profiler had not seen. */
const MIN_RISE = 0.5;

/** Key of growth that no scope's own samples show. */
const UNPLACED = 'sites/all';

/** With more candidates nobody is `leaking`. */
const MAX_CANDIDATES = 3;

/** So many samples tell whether the older half of them was let go; of all survivors more has to be gone: other stores are among them. */
const MIN_FORGOTTEN = 14;
const FORGOTTEN = 2;
const FORGOTTEN_OF_ALL = 4;

interface Amounts {
  judgement: SurvivalJudgement;
  thresholds: GrowthThresholds;
  candidates: readonly Candidate[];
  net: NetAmounts;
  /** Own bytes of all scopes that grow. */
  placedBytes: number;
  told: ReadonlySet<string>;
}

/**
 * What grows by the survivors: every scope whose own samples grow, and where only all of them together do, whoever the
 * candidates name. `leaking` where the third read confirmed it, where it is more than a store of ordinary size holds, and where
 * at most three could be it. Nothing that is too small for a word, nothing that the floor of the heap denies.
 *
 * @param candidates who it is by floors and sites together, most probable first; by sites alone where floors say nothing
 * @param told keys of growths that were told already: they go on until their survivors show that growth has stopped, and
 * what is needed for a first word is not asked of them again
 */
export function siteGrowths(
  judgement: SurvivalJudgement,
  thresholds: GrowthThresholds,
  candidates: readonly Candidate[],
  told: ReadonlySet<string> = new Set(),
): SiteGrowth[] {
  const net = new NetAmounts(judgement);
  const telling = new NetAmounts({ gained: ofGrowingSites(judgement.gained, judgement.sites), died: [] });
  // Where some functions grow by themselves, a scope without a sample of theirs below its handler is not the one.
  const isOfQuietSites = (slot: number): boolean =>
    net.own(slot).gained > 0 && telling.own(slot).gained === 0;
  const growing = [...judgement.scopes].filter(
    ([slot, { state }]) => isGrowing(state) && !isOfQuietSites(slot),
  );
  const placedBytes = growing.reduce((sum, [slot]) => sum + net.own(slot).bytes, 0);
  const amounts = { judgement, thresholds, candidates, told, net, placedBytes };
  const placed = isOfEvery(candidates)
    ? []
    : growing.map(([slot, key]) => scopeGrowth(slot, key, amounts)).filter((growth) => growth !== null);
  if (placed.length > 0) return placed;
  const unplaced = unplacedGrowth(amounts);
  return unplaced === null ? [] : [unplaced];
}

/**
 * Whether survivors deny that growth of this source is a leak: most of what was born in the first half has died, as in a store that
 * forgets while traffic rises. Births of rising traffic alone are even by the unit.
 */
export function areForgotten({ scopes, all }: SurvivalJudgement, source: number): boolean {
  const own = scopes.get(source - FIRST_SCOPE);
  if (own !== undefined && own.early + own.late >= MIN_FORGOTTEN) return own.late > FORGOTTEN * own.early;
  return all.early + all.late >= MIN_FORGOTTEN && all.late > FORGOTTEN_OF_ALL * all.early;
}

/** What every request leaks has samples below every handler. */
function isOfEvery([top]: readonly Candidate[]): boolean {
  return top?.source === EVERY_REQUEST && top.probability >= SURE;
}

/** Growth by the samples of a scope, sized with a part of what no scope can be told of: its objects are allocated there, too. */
function scopeGrowth(slot: number, key: KeyJudgement, amounts: Amounts): SiteGrowth | null {
  const { judgement } = amounts;
  const own = sampledSize(key, key.units);
  if (own === null) return null;
  const whole = isGrowing(judgement.all.state) ? withUnplaced(slot, amounts) : null;
  const shared = 1 + sharedPart(slot, amounts);
  const estimate = whole === null ? own : between(own, { whole, shared });
  const bytes = key.bytes * (estimate.bytesPerUnit / own.bytesPerUnit);
  const isSure = key.gained >= MIN_NAMED_SAMPLES;
  return growthOf(
    { source: FIRST_SCOPE + slot, key, estimate, bytes, ownSamples: key.gained, isSure },
    amounts,
  );
}

/** What lies in sets of scopes that hold this one, as a multiple of its own, if the sets' growth is its: so probable that is. */
function sharedPart(slot: number, { net, candidates }: Amounts): number {
  const own = net.own(slot).bytes;
  const sets = net.sets(slot).bytes;
  const probability = candidates.find(({ source }) => source === FIRST_SCOPE + slot)?.probability ?? 0;
  return own > 0 ? (probability * Math.max(0, sets)) / own : 0;
}

/**
 * At least what lies below the handler, at most that with everything that no scope can be told of; which part of the latter
 * belongs to the leak is not known, and warm-up is in it. On real leaks 0.62 of the bytes were below the handler.
 */
function between(
  own: SlopeEstimate,
  { whole, shared }: { whole: SlopeEstimate; shared: number },
): SlopeEstimate {
  if (whole.bytesPerUnit <= own.bytesPerUnit) return own;
  const bytesPerUnit = Math.min(whole.bytesPerUnit, MAX_UNPLACED * shared * own.bytesPerUnit);
  return {
    bytesPerUnit,
    standardError: own.standardError * (bytesPerUnit / own.bytesPerUnit),
    ci95: [own.ci95[0], Math.max(own.ci95[1], whole.ci95[1])],
  };
}

/** That something grows is sure, and not who: sized as if every request did, with its candidates, and never a leak. */
function unnamedGrowth(amounts: Amounts): SiteGrowth | null {
  const { all, unitsOf } = amounts.judgement;
  const estimate = sampledSize(all, unitsOf(null));
  if (estimate === null) return null;
  const whole = { source: EVERY_REQUEST, key: all, estimate, bytes: all.bytes, ownSamples: 0, isSure: false };
  const growth = growthOf(whole, amounts);
  return growth && { ...growth, verdict: 'growing', isHint: true };
}

/** Everything that grew, where no scope's own samples tell enough. */
function unplacedGrowth(amounts: Amounts): SiteGrowth | null {
  const { judgement, candidates, net } = amounts;
  const { all } = judgement;
  const top = candidates[0];
  if (!isGrowing(all.state)) return null;
  if (judgement.warmUpOdds < UNPLACED_ODDS && !amounts.told.has(UNPLACED)) return null;
  if (top === undefined || top.probability < NAMED_PROBABILITY) return unnamedGrowth(amounts);
  const { source } = top;
  const units = unitsOfSource(source, judgement);
  const whole = sampledSize(all, units);
  if (whole === null) return null;
  const slot = source - FIRST_SCOPE;
  const isPlaced = net.possible(slot).gained >= MIN_NAMED_SAMPLES;
  if (slot >= 0 && !isPlaced && top.probability < SURE) return unnamedGrowth(amounts);
  const placed = isPlaced ? sampledSize(net.possible(slot), units) : null;
  const estimate = placed === null ? whole : between(placed, { whole, shared: 1 });
  const bytes = all.bytes * (estimate.bytesPerUnit / whole.bytesPerUnit);
  const ownSamples = net.own(slot).gained;
  return growthOf({ source, key: all, estimate, bytes, ownSamples, isSure: false }, amounts);
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
  { judgement, thresholds, candidates, told }: Amounts,
): SiteGrowth | null {
  const name = isSure ? `sites/${source}` : UNPLACED;
  const risenBytes = key.risenBytes ?? bytes;
  const totalBytes = Math.min(bytes, risenBytes);
  if (!told.has(name) && !isWorthAWord({ source, bytes, risenBytes, estimate }, thresholds)) return null;
  const units = isSure ? key.units : unitsOfSource(source, judgement);
  // Warm-up goes with time as well as with units: that time alone leaks is for the floors to say.
  const isLeak =
    key.state === 'leaking' &&
    source !== BACKGROUND &&
    (key.spanMs === null || outlivesStores(key.spanMs.to - key.spanMs.from, thresholds)) &&
    (thresholds.leakTotalBytes === 0 || !areForgotten(judgement, source)) &&
    (isSure || (candidates.length <= MAX_CANDIDATES && judgement.warmUpOdds >= UNPLACED_LEAK_ODDS)) &&
    isBeyondStores(totalBytes, units, thresholds);
  const probability = candidates.find((candidate) => candidate.source === source)?.probability ?? 0;
  return {
    key: name,
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

function isWorthAWord(
  {
    source,
    bytes,
    risenBytes,
    estimate,
  }: Pick<Sized, 'source' | 'bytes' | 'estimate'> & { risenBytes: number },
  { minBytesPerUnit, minTotalBytes }: GrowthThresholds,
): boolean {
  const least = source === BACKGROUND ? 0 : minBytesPerUnit;
  if (risenBytes < MIN_RISE * bytes || estimate.ci95[0] < least) return false;
  return Math.min(bytes, risenBytes) >= minTotalBytes;
}

/** Its own bytes and a part of the unplaced ones that is as large as its part of the placed ones that grow. */
function withUnplaced(slot: number, { judgement, net, placedBytes }: Amounts): SlopeEstimate | null {
  const { all, unitsOf } = judgement;
  const own = net.own(slot).bytes;
  if (!(own > 0 && placedBytes > 0)) return null;
  const share = own / placedBytes;
  return sampledSize({ bytes: share * all.bytes, variance: share * all.variance }, unitsOf(slot));
}

function unitsOfSource(source: number, { all, unitsOf }: SurvivalJudgement): number {
  if (source === EVERY_REQUEST) return unitsOf(null);
  if (source === BACKGROUND) return all.spanMs === null ? 0 : (all.spanMs.to - all.spanMs.from) / 1000;
  return unitsOf(source - FIRST_SCOPE);
}
