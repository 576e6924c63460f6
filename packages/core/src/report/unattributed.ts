import type { NamedGrowth } from '../decide/channel-growth.ts';
import { BACKGROUND, FIRST_SCOPE } from '../measure/floor.ts';
import type { SiteReport } from '../site-types.ts';
import type { UnattributedReport } from '../types.ts';
import { sourceName, unattributedSource } from './source-name.ts';

/**
 * Growth that follows no single scope: the largest one, null if there is none.
 *
 * @param perSecondOf units per second that a growth follows
 * @param siteOf who allocated what stays, of the whole heap of this process
 */
export function unattributedReport(
  growths: readonly NamedGrowth[],
  nameOf: (scope: number) => string,
  perSecondOf: (growth: NamedGrowth) => number,
  siteOf: () => SiteReport | null,
): UnattributedReport | null {
  const own = growths
    .filter(({ source }) => source < FIRST_SCOPE)
    .sort((a, b) => b.totalBytes - a.totalBytes);
  const growth = own[0];
  if (growth === undefined) return null;
  const { bytesPerUnit, ci95 } = growth.estimate;
  const timed = growth.source === BACKGROUND;
  return {
    source: unattributedSource(growth.source),
    verdict: growth.verdict,
    signal: growth.signal,
    ...(growth.isolates === undefined ? {} : { isolates: growth.isolates }),
    bytesPerUnit: timed ? null : bytesPerUnit,
    ci95: timed ? null : [Math.max(0, ci95[0]), ci95[1]],
    bytesPerHour: bytesPerUnit * (timed ? 1 : perSecondOf(growth)) * 3600,
    totalBytes: growth.totalBytes,
    probability: growth.probability,
    site: growth.isolates === undefined && growth.signal !== 'arrayBuffers' ? siteOf() : null,
    candidates: growth.credible
      .filter(({ source }) => source !== growth.source)
      .map(({ source, probability }) => ({ scope: sourceName(source, nameOf), probability })),
  };
}
