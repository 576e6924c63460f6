import { FIRST_SCOPE } from '../measure/floor.ts';
import type { Signal } from '../types.ts';
import { graver, type NamedGrowth } from './channel-growth.ts';
import type { SiteGrowth } from './site-verdicts.ts';

/** One growth with what every channel says of it; one of the two is there. */
export interface MergedGrowth {
  floors: NamedGrowth | null;
  sites: SiteGrowth | null;
}

/** From this probability on a source may be named. */
export const NAMED_PROBABILITY = 0.5;

/**
 * Puts together what floors and survivors of the profiler say of the same growth: one leak is one finding. They mean the same where
 * they name the same source, where the survivors' source is one that the floors hold possible, and where the survivors know no
 * scope of their own. Growth of other memory than the heap, and growth in isolates, is in no profile of this process.
 */
export function mergedGrowths(floors: readonly NamedGrowth[], sites: readonly SiteGrowth[]): MergedGrowth[] {
  const merged: MergedGrowth[] = floors.map((growth) => ({ floors: growth, sites: null }));
  const alone: SiteGrowth[] = [];
  const bySource = [...sites].sort((a, b) => Number(isNamedIn(floors, b)) - Number(isNamedIn(floors, a)));
  for (const growth of bySource) {
    const same = merged.find((item) => item.sites === null && isSame(item.floors, growth));
    if (same === undefined) alone.push(growth);
    else same.sites = growth;
  }
  return [...merged, ...alone.map((growth) => ({ floors: null, sites: growth }))];
}

/** What is told of it: who, how much, how grave. */
export function growthOf({ floors, sites }: MergedGrowth): NamedGrowth {
  if (floors === null) return sites!;
  if (sites === null) return floors;
  const verdict = graver(floors.verdict, sites.verdict) as NamedGrowth['verdict'];
  // Samples below its own handler that grow by themselves tell more than floors that know no name.
  const isNamedBySites = !sites.isHint && !isNamed(floors) && sites.source !== floors.source;
  return isNamedBySites ? { ...sites, verdict } : { ...floors, verdict };
}

/** Whether its source is the most probable one, and probable enough to be told. */
function isNamed({ source, credible, probability }: NamedGrowth): boolean {
  return probability >= NAMED_PROBABILITY && (credible[0] === undefined || credible[0].source === source);
}

/** Of the live heap of this process, which the profiler samples. */
export function isOnHeap({ signal, isolates }: { signal: Signal; isolates?: number }): boolean {
  return isolates === undefined && (signal === 'heap' || signal === 'oldSpace');
}

function isSame(floors: NamedGrowth | null, sites: SiteGrowth): boolean {
  if (floors === null || !isOnHeap(floors)) return false;
  if (floors.source === sites.source || sites.isHint || sites.source < FIRST_SCOPE) return true;
  return !isNamed(floors) || floors.credible.some(({ source }) => source === sites.source);
}

function isNamedIn(floors: readonly NamedGrowth[], { source }: SiteGrowth): boolean {
  return floors.some((growth) => isOnHeap(growth) && growth.source === source);
}
