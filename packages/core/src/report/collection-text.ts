import type { CollectionReport, CounterReport } from '../site-types.ts';
import { formatProbability } from './quantities.ts';

/** Counters that grow are named up to so many; when everything grows, the verdicts above say more. */
const MAX_COUNTERS = 5;

/** Candidates that are named. */
const MAX_CANDIDATES = 5;

/** Every collection that grows, each as a person reads it; those that leak first. */
export function formatCollections(collections: readonly CollectionReport[]): string[] {
  const of = (verdict: string): string[] =>
    collections.filter((one) => one.verdict === verdict).map(formatCollection);
  return [...of('leaking'), ...of('growing')];
}

/** 'also grows: listeners 'data' on Server, 1 per request'; empty if no counter grows. */
export function formatCounters(counters: readonly CounterReport[]): string {
  const growing = counters.filter((counter) => counter.growing);
  const named = growing
    .slice(0, MAX_COUNTERS)
    .map(
      ({ name, value, perThousandUnits }) => `${name}, ${perUnits(perThousandUnits)} (${amount(value)} now)`,
    );
  const rest = growing.length - named.length;
  if (named.length === 0) return '';
  return `also grows: ${[...named, ...(rest > 0 ? [`${rest} more`] : [])].join('; ')}`;
}

function formatCollection({
  name,
  size,
  verdict,
  perUnit,
  ci95,
  scope,
  candidates,
  limit,
}: CollectionReport): string {
  const held =
    size === null ? '' : `   ${amount(size)} entries${limit === null ? '' : ` of at most ${amount(limit)}`}`;
  const others = candidates
    .slice(0, MAX_CANDIDATES)
    .map((candidate) => `${candidate.scope} (${formatProbability(candidate.probability)})`);
  const lines = [
    `${verdict.toUpperCase()}  collection ${name}${rate(perUnit, ci95, scope)}${held}`,
    others.length === 0 ? '' : `  could also be  ${others.join(', ')}`,
    verdict === 'growing' ? '  could also fit a store that is still filling' : '',
  ];
  return lines.filter((line) => line !== '').join('\n');
}

function rate(perUnit: number | null, ci95: [number, number] | null, scope: string | null): string {
  if (perUnit === null || ci95 === null) return '';
  const of = scope === null ? 'request or job, whichever' : `unit of ${scope}`;
  return `  ${figure(perUnit)} entries per ${of} (95 %: ${figure(ci95[0])}..${figure(ci95[1])})`;
}

function perUnits(perThousand: number | null): string {
  if (perThousand === null) return 'steadily';
  return perThousand >= 100
    ? `${figure(perThousand / 1000)} per request`
    : `${figure(perThousand)} per 1,000 requests`;
}

/** Two digits that mean something: '1', '0.25', '12', '0.0031'. */
function figure(value: number): string {
  return String(value >= 10 ? Math.round(value) : Number(value.toPrecision(2)));
}

/** '38,201'. */
function amount(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
