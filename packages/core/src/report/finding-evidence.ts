import type { NamedGrowth } from '../decide/channel-growth.ts';
import type { Finding } from '../decide/findings.ts';
import type { SiteGrowth } from '../decide/site-verdicts.ts';
import type { Channel, ScopeEvidence } from '../types.ts';

/** The channels that see any of these findings. */
export function channelsOf(findings: readonly Finding[]): Channel[] {
  const channels: Channel[] = [];
  if (findings.some(({ floors }) => floors !== null)) channels.push('floors');
  if (findings.some(({ sites }) => sites !== null)) channels.push('sites');
  return channels;
}

/** What each channel says of a finding. */
export function findingEvidence({ sites, floors, source }: Finding): ScopeEvidence[] {
  return [
    ...(sites === null ? [] : [siteEvidence(sites, source)]),
    ...(floors === null ? [] : [floorEvidence(floors, source)]),
  ];
}

function floorEvidence(growth: NamedGrowth, source: number): ScopeEvidence {
  return {
    channel: 'floors',
    posterior: probabilityOf(growth, source),
    ...(growth.isolates === undefined ? {} : { isolates: growth.isolates }),
    note: `${whereOf(growth)}${growth.namedBy}, Bayes factor for growth e^${growth.evidence.toFixed(0)}`,
  };
}

/** Samples below another handler than the one that is named say nothing of that name. */
function siteEvidence(growth: SiteGrowth, source: number): ScopeEvidence {
  const { samples, p, isHint } = growth;
  const ownSamples = growth.source === source ? growth.ownSamples : 0;
  const isOnlyHint = isHint || growth.source !== source;
  const note = isOnlyHint
    ? `a hint: only ${ownSamples} below its handler`
    : `${ownSamples} below its handler`;
  return {
    channel: 'sites',
    samples,
    p,
    ...(isOnlyHint ? { posterior: probabilityOf(growth, source) } : {}),
    note,
  };
}

function probabilityOf({ source: own, probability, credible }: NamedGrowth, source: number): number {
  if (own === source) return probability;
  return credible.find((candidate) => candidate.source === source)?.probability ?? 0;
}

function whereOf({ isolates }: NamedGrowth): string {
  if (isolates === undefined) return '';
  return isolates === 1 ? 'in 1 isolate, ' : `in ${isolates} isolates, `;
}
