import type { SourceAnalysis } from '../attribute/single-source.ts';
import { byGravity, graver, type NamedGrowth } from '../decide/channel-growth.ts';
import { scopeFingerprint } from '../decide/fingerprint.ts';
import type { IsolateSight } from '../decide/isolate-channel.ts';
import type { RetainedTally } from '../decide/retained-requests.ts';
import type { SiteGrowth } from '../decide/site-verdicts.ts';
import { FIRST_SCOPE } from '../measure/floor.ts';
import type { SiteReport } from '../site-types.ts';
import type { Channel, ScopeEvidence, ScopeKind, ScopeReport, Verdict } from '../types.ts';
import { sourceName } from './source-name.ts';

/** What the report needs to know of one scope. */
export interface ScopeFacts {
  slot: number;
  scope: string;
  kind: ScopeKind;
  units: number;
  turn: number;
  inFlight: number;
  unitsPerSecond: number;
  retained: { tally: RetainedTally; verdict: Verdict } | null;
  since: Date | null;
  /** Growth that survivors of the profiler show, null for none. */
  siteGrowth: SiteGrowth | null;
  /** Who allocated what stays of it; asked for what grows only. */
  site: () => SiteReport | null;
  /** The same of what stays in isolates. */
  isolateSite: () => SiteReport | null;
}

/** Evidence that all scopes share, gathered once per report. */
export interface SharedEvidence {
  growths: readonly NamedGrowth[];
  /** No verdict is possible yet. */
  warmingUp: boolean;
  /** The analysis that names, and the one that sizes; null while there are too few rows. */
  oldSpace: SourceAnalysis | null;
  heap: SourceAnalysis | null;
  minBytesPerUnit: number;
  minTotalBytes: number;
  /** What a source did over the rows that count. */
  amountOf: (source: number) => number;
  nameOf: (scope: number) => string;
  /** What is known of scopes whose units run in isolates, null where none do. */
  isolates: IsolateSight | null;
}

/** Reports of all scopes, worst first: by verdict, by what stayed, by how well they would explain growth, by traffic. */
export function scopeReports(scopes: readonly ScopeFacts[], shared: SharedEvidence): ScopeReport[] {
  const evidenceOf = (slot: number): number => shared.oldSpace?.sourceEvidence[FIRST_SCOPE + slot] ?? 0;
  return scopes
    .map((facts) => ({ report: scopeReport(facts, shared), evidence: evidenceOf(facts.slot) }))
    .sort(
      (a, b) =>
        byGravity(a.report.verdict, b.report.verdict) ||
        (b.report.totalBytes ?? 0) - (a.report.totalBytes ?? 0) ||
        (b.report.survivors?.alive ?? 0) - (a.report.survivors?.alive ?? 0) ||
        (a.evidence === b.evidence ? b.report.units - a.report.units : b.evidence - a.evidence),
    )
    .map(({ report }) => report);
}

function scopeReport(facts: ScopeFacts, shared: SharedEvidence): ScopeReport {
  const growths = shared.growths.filter(({ source }) => source === FIRST_SCOPE + facts.slot);
  const main = growths.reduce<NamedGrowth | null>(
    (a, b) => (a === null || b.totalBytes > a.totalBytes ? b : a),
    null,
  );
  const isRetained = facts.retained !== null && byGravity(facts.retained.verdict, 'stable') < 0;
  const channels: Channel[] = [];
  if (main !== null) channels.push('floors');
  const grows = channels.length > 0 || isRetained || facts.siteGrowth !== null;
  const site = grows ? siteOf(facts, main) : null;
  if (facts.siteGrowth !== null) channels.push('sites');
  if (isRetained) channels.push('survivors');
  const size = main ?? facts.siteGrowth ?? (isRetained ? retainedSize(facts, shared) : null);
  return {
    scope: facts.scope,
    kind: facts.kind,
    units: facts.units,
    turn: facts.turn,
    inFlight: facts.inFlight,
    verdict: scopeVerdict(facts, growths, shared),
    ...slope(size, facts.unitsPerSecond),
    channels,
    candidates: candidates(main ?? facts.siteGrowth, shared),
    site,
    survivors: survivors(facts),
    minDetectableBytes: minDetectable(facts, shared),
    since: facts.since?.toISOString() ?? null,
    unitsPerSecond: facts.unitsPerSecond,
    evidence: evidence(facts, growths, { isRetained }),
    fingerprint: channels.length === 0 ? null : scopeFingerprint(facts.kind, facts.scope),
  };
}

/** What grows in isolates is not in the profile of this process. */
function siteOf(facts: ScopeFacts, main: NamedGrowth | null): SiteReport | null {
  // Backing stores of Buffers and native memory are in no profile: a share of the heap would mislead.
  if (main?.signal === 'arrayBuffers' || main?.signal === 'external') return null;
  return main?.isolates === undefined ? facts.site() : facts.isolateSite();
}

type Size = Pick<NamedGrowth, 'estimate' | 'totalBytes' | 'signal'>;

/**
 * What the heap says of a scope whose requests are known to be kept, however little evidence it would be alone. Nothing
 * where another source explains growth of the heap already: the fit of a single source would count those bytes again.
 */
function retainedSize(facts: ScopeFacts, shared: SharedEvidence): Size | null {
  if (shared.growths.some(({ signal }) => signal === 'heap' || signal === 'oldSpace')) return null;
  const estimate = shared.heap?.estimate(FIRST_SCOPE + facts.slot) ?? null;
  if (estimate === null || estimate.ci95[0] <= 0) return null;
  return { estimate, totalBytes: estimate.bytesPerUnit * facts.units, signal: 'heap' };
}

function scopeVerdict(facts: ScopeFacts, growths: readonly NamedGrowth[], shared: SharedEvidence): Verdict {
  const { warmingUp } = isolatesOf(facts, shared) ?? shared;
  const base: Verdict = warmingUp ? 'warming-up' : 'stable';
  const own = facts.siteGrowth === null ? growths : [...growths, facts.siteGrowth];
  const named = own.reduce<Verdict>((worst, growth) => graver(worst, growth.verdict), base);
  return facts.retained === null || facts.retained.verdict === 'stable'
    ? named
    : graver(named, facts.retained.verdict);
}

function slope(
  growth: Size | null,
  unitsPerSecond: number,
): Pick<ScopeReport, 'bytesPerUnit' | 'ci95' | 'totalBytes' | 'signal' | 'bytesPerHour'> {
  if (growth === null)
    return { bytesPerUnit: null, ci95: null, totalBytes: null, signal: null, bytesPerHour: null };
  const { bytesPerUnit, ci95 } = growth.estimate;
  return {
    bytesPerUnit,
    ci95: [Math.max(0, ci95[0]), ci95[1]],
    totalBytes: growth.totalBytes,
    signal: growth.signal,
    bytesPerHour: bytesPerUnit * unitsPerSecond * 3600,
  };
}

function candidates(growth: NamedGrowth | null, shared: SharedEvidence): ScopeReport['candidates'] {
  if (growth === null) return [];
  return growth.credible
    .filter(({ source }) => source !== growth.source)
    .map(({ source, probability }) => ({ scope: sourceName(source, shared.nameOf), probability }));
}

function survivors({ retained }: ScopeFacts): ScopeReport['survivors'] {
  if (retained === null || retained.tally.sampled === 0) return null;
  return { sampled: retained.tally.sampled, alive: retained.tally.alive };
}

function minDetectable(facts: ScopeFacts, shared: SharedEvidence): number | null {
  const source = FIRST_SCOPE + facts.slot;
  const floor = { bytesPerUnit: shared.minBytesPerUnit, totalBytes: shared.minTotalBytes };
  const isolates = isolatesOf(facts, shared);
  if (isolates !== null) return isolates.minDetectable(source, floor);
  return shared.oldSpace?.minDetectable(source, { ...floor, amount: shared.amountOf(source) }) ?? null;
}

/** For a scope whose units run in isolates: what leaks there is seen there, and hardly here. */
function isolatesOf({ slot }: ScopeFacts, { isolates }: SharedEvidence): IsolateSight | null {
  return isolates?.knows(FIRST_SCOPE + slot) === true ? isolates : null;
}

function whereOf({ isolates }: NamedGrowth): string {
  if (isolates === undefined) return '';
  return isolates === 1 ? 'in 1 isolate, ' : `in ${isolates} isolates, `;
}

function evidence(
  facts: ScopeFacts,
  growths: readonly NamedGrowth[],
  { isRetained }: { isRetained: boolean },
): ScopeEvidence[] {
  const list: ScopeEvidence[] = facts.siteGrowth === null ? [] : [siteEvidence(facts.siteGrowth)];
  for (const growth of growths)
    list.push({
      channel: 'floors',
      posterior: growth.probability,
      ...(growth.isolates === undefined ? {} : { isolates: growth.isolates }),
      note: `${whereOf(growth)}${growth.namedBy}, Bayes factor for growth e^${growth.evidence.toFixed(0)}`,
    });
  if (isRetained) {
    list.push({
      channel: 'survivors',
      samples: facts.retained!.tally.retainedBornAt.length,
      note: 'finished request or job objects alive through five or more major GCs',
    });
  }
  return list;
}

function siteEvidence({ samples, ownSamples, p, isHint }: SiteGrowth): ScopeEvidence {
  const note = isHint ? `a hint: only ${ownSamples} below its handler` : `${ownSamples} below its handler`;
  return { channel: 'sites', samples, p, note };
}
