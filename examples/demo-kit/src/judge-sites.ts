import type { Frame, ScopeReport } from '@leakguard/core';

/** Where a planted leak is in the source. */
export interface PlantedPlace {
  scope: string;
  /** How the path of its file ends, `routes/cart.ts`. */
  file: string;
  /** Its function, where only one can be meant; else any of the file. */
  function?: string;
  /** What stays are Buffers. The profiler does not see their contents, so that no function has to be named. */
  isOffHeap?: boolean;
}

/** As much of a report as is judged. */
export interface NamedSites {
  scopes: readonly Pick<ScopeReport, 'scope' | 'site'>[];
}

/** What a report says of one planted place. */
export interface SiteJudgement {
  scope: string;
  /** The true function as the report names it, else what it names instead; null where it names none. */
  named: Frame | null;
  passed: boolean;
}

/**
 * Compares the functions that a report names with the planted ones: what allocates, what was entered, or the handler has to be it.
 */
export function judgeSites({ scopes }: NamedSites, planted: readonly PlantedPlace[]): SiteJudgement[] {
  return planted.map((place) => {
    const site = scopes.find(({ scope }) => scope === place.scope)?.site ?? null;
    if (site === null) return { scope: place.scope, named: null, passed: place.isOffHeap === true };
    const frames = [site.allocating, site.entry, site.handler].filter((frame) => frame !== null);
    const right = frames.find((frame) => isAt(frame, place));
    return { scope: place.scope, named: right ?? site.allocating, passed: right !== undefined };
  });
}

/** A judgement in lines, one per place. */
export function sitesText(judgements: readonly SiteJudgement[]): string {
  return judgements
    .map(({ scope, named, passed }) => {
      const what = named === null ? 'none named' : `${named.function}  ${named.file}:${named.line}`;
      return `  ${passed ? 'its function          ' : 'NOT its function      '} ${scope}: ${what}`;
    })
    .join('\n');
}

function isAt(frame: Frame, { file, function: name }: PlantedPlace): boolean {
  return frame.file.endsWith(file) && (name === undefined || name === frame.function);
}
