import { byGravity, type NamedGrowth } from '../decide/channel-growth.ts';
import { type Finding, UNDECIDED } from '../decide/findings.ts';
import { BACKGROUND, FIRST_SCOPE } from '../measure/floor.ts';
import type { SiteReport } from '../site-types.ts';
import type { UnattributedReport } from '../types.ts';
import { channelsOf, findingEvidence } from './finding-evidence.ts';
import { sourceName, unattributedSource } from './source-name.ts';

/** What the report of growth without a scope is made of. */
export interface UnattributedFacts {
  findings: readonly Finding[];
  nameOf: (scope: number) => string;
  /** Units per second that a growth follows. */
  perSecondOf: (growth: NamedGrowth) => number;
  /** Who allocated what stays, of the whole heap of this process. */
  siteOf: () => SiteReport | null;
  /** The one of this source, if there is one. */
  preferred?: number;
}

/** Growth that follows no single scope: the gravest, and of those the largest; null if there is none. */
export function unattributedReport(facts: UnattributedFacts): UnattributedReport | null {
  const { findings, nameOf, siteOf } = facts;
  const own = findings
    .filter(({ source }) => source < FIRST_SCOPE)
    .sort((a, b) => byGravity(a.verdict, b.verdict) || b.growth.totalBytes - a.growth.totalBytes);
  const finding = own.find(({ source }) => source === facts.preferred) ?? own[0];
  if (finding === undefined) return null;
  const { growth, source, verdict } = finding;
  return {
    source: unattributedSource(source),
    verdict,
    signal: growth.signal,
    ...(growth.isolates === undefined ? {} : { isolates: growth.isolates }),
    ...sizeOf(finding, facts),
    totalBytes: growth.totalBytes,
    probability: source === UNDECIDED ? 0 : growth.probability,
    channels: channelsOf([finding]),
    evidence: findingEvidence(finding),
    site: growth.isolates === undefined && isInProfile(growth) ? siteOf() : null,
    candidates: growth.credible
      .filter((candidate) => candidate.source !== source)
      .map((candidate) => ({
        scope: sourceName(candidate.source, nameOf),
        probability: candidate.probability,
      })),
  };
}

/** A rate is one of the source's own unit: nothing of the kind where no source is named. */
function sizeOf(
  { growth, source }: Finding,
  { perSecondOf }: UnattributedFacts,
): Pick<UnattributedReport, 'bytesPerUnit' | 'ci95' | 'bytesPerHour'> {
  if (source === UNDECIDED) return { bytesPerUnit: null, ci95: null, bytesPerHour: null };
  const { bytesPerUnit, ci95 } = growth.estimate;
  if (source === BACKGROUND) return { bytesPerUnit: null, ci95: null, bytesPerHour: bytesPerUnit * 3600 };
  return {
    bytesPerUnit,
    ci95: [Math.max(0, ci95[0]), ci95[1]],
    bytesPerHour: bytesPerUnit * perSecondOf(growth) * 3600,
  };
}

/** Backing stores of Buffers and native memory are in no profile. */
function isInProfile({ signal }: NamedGrowth): boolean {
  return signal !== 'arrayBuffers' && signal !== 'external';
}
