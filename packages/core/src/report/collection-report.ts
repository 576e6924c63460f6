import type { CollectionGrowth } from '../decide/collection-growth.ts';
import type { CollectionSize } from '../measure/collections.ts';
import { FIRST_SCOPE } from '../measure/floor.ts';
import type { CollectionReport } from '../site-types.ts';
import { sourceName } from './source-name.ts';

/** What is known of every tracked collection, in the order of tracking. */
export function collectionReports(
  sizes: readonly CollectionSize[],
  growth: Pick<CollectionGrowth, 'judge'>,
  nameOf: (scope: number) => string,
): CollectionReport[] {
  return sizes.map(({ id, name, size, limit }) => {
    const { verdict, source, perUnit, ci95, credible } = growth.judge(id, limit);
    return {
      name,
      size,
      verdict,
      perUnit,
      ci95,
      scope: source !== null && source >= FIRST_SCOPE ? sourceName(source, nameOf) : null,
      candidates: credible.map((candidate) => ({
        scope: sourceName(candidate.source, nameOf),
        probability: candidate.probability,
      })),
      limit,
    };
  });
}
