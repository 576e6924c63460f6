import type { SourceAnalysis } from '../attribute/single-source.ts';
import { byGravity, graver, type NamedGrowth } from '../decide/channel-growth.ts';
import type { Finding } from '../decide/findings.ts';
import { scopeFingerprint } from '../decide/fingerprint.ts';
import type { IsolateSight } from '../decide/isolate-channel.ts';
import { isOnHeap } from '../decide/merged-growth.ts';
import type { RetainedTally } from '../decide/retained-requests.ts';
import { FIRST_SCOPE } from '../measure/floor.ts';
import type { SiteReport } from '../site-types.ts';
import type { Channel, ScopeEvidence, ScopeKind, ScopeReport, Verdict } from '../types.ts';
import { channelsOf, findingEvidence } from './finding-evidence.ts';
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
  /** Who allocated what stays of it; asked for what grows only. */
  site: () => SiteReport | null;
  /** The same of what stays in isolates. */
  isolateSite: () => SiteReport | null;
}

/** Evidence that all scopes share, gathered once per report. */
export interface SharedEvidence {
  findings: readonly Finding[];
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
  const findings = shared.findings.filter(({ source }) => source === FIRST_SCOPE + facts.slot);
  const main = largest(findings);
  const isRetained = facts.retained !== null && byGravity(facts.retained.verdict, 'stable') < 0;
  const channels: Channel[] = [...channelsOf(findings), ...(isRetained ? (['survivors'] as const) : [])];
  const size = main ?? (isRetained ? retainedSize(facts, shared) : null);
  const verdict = scopeVerdict(facts, findings, shared);
  return {
    scope: facts.scope,
    kind: facts.kind,
    units: facts.units,
    turn: facts.turn,
    inFlight: facts.inFlight,
    verdict,
    ...slope(size, facts.unitsPerSecond),
    channels,
    candidates: candidates(main, shared),
    site: channels.length > 0 ? siteOf(facts, main) : null,
    survivors: survivors(facts),
    minDetectableBytes: minDetectable(facts, shared),
    since: byGravity(verdict, 'stable') < 0 ? (facts.since?.toISOString() ?? null) : null,
    unitsPerSecond: facts.unitsPerSecond,
    evidence: [
      ...findings.flatMap(findingEvidence),
      ...(isRetained ? [retainedEvidence(facts.retained!)] : []),
    ],
    fingerprint: channels.length === 0 ? null : scopeFingerprint(facts.kind, facts.scope),
  };
}

/** The growth of most bytes. */
function largest(findings: readonly Finding[]): NamedGrowth | null {
  return findings.reduce<NamedGrowth | null>(
    (best, { growth }) => (best === null || growth.totalBytes > best.totalBytes ? growth : best),
    null,
  );
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
  if (shared.findings.some(({ growth }) => isOnHeap(growth))) return null;
  const estimate = shared.heap?.estimate(FIRST_SCOPE + facts.slot) ?? null;
  if (estimate === null || estimate.ci95[0] <= 0) return null;
  return { estimate, totalBytes: estimate.bytesPerUnit * facts.units, signal: 'heap' };
}

function scopeVerdict(facts: ScopeFacts, findings: readonly Finding[], shared: SharedEvidence): Verdict {
  const { warmingUp } = isolatesOf(facts, shared) ?? shared;
  const base: Verdict = warmingUp ? 'warming-up' : 'stable';
  const named = findings.reduce<Verdict>((worst, { verdict }) => graver(worst, verdict), base);
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

function retainedEvidence({ tally }: NonNullable<ScopeFacts['retained']>): ScopeEvidence {
  return {
    channel: 'survivors',
    samples: tally.retainedBornAt.length,
    note: 'finished request or job objects alive through five or more major GCs',
  };
}
