import type { TopSite } from '../site-types.ts';
import type { AllocationSnapshot } from './allocation-snapshot.ts';
import type { AllocationDifference, AllocationStatistic } from './allocation-statistics.ts';
import type { OrdinalClock } from './ordinal-clock.ts';
import { frameKey, groupStacks, type StackGroup } from './stack-groups.ts';

/**
 * The functions that gained most since an older snapshot with stacks; without one those that hold most. Samples that are on no
 * function's stack are left out.
 */
export function topSites(
  newest: AllocationSnapshot,
  older: AllocationSnapshot | null,
  count: number,
  clock: OrdinalClock,
): TopSite[] {
  const groups = groupStacks(newest.data, 'function');
  return ranked(newest, older)
    .filter(({ frames, samples }) => frames.length > 0 && samples > 0)
    .slice(0, count)
    .map((statistic) => {
      const frame = statistic.frames[0]!;
      return site(statistic, ageMs(groups.get(frameKey(frame)), newest.data.uptimeMs, clock));
    });
}

function ranked(
  newest: AllocationSnapshot,
  older: AllocationSnapshot | null,
): (AllocationStatistic | AllocationDifference)[] {
  if (older === null) return newest.top(Number.MAX_SAFE_INTEGER);
  return newest.compareTo(older).sort((a, b) => b.deltaBytes - a.deltaBytes || b.bytes - a.bytes);
}

function site(statistic: AllocationStatistic | AllocationDifference, ageMs: number | null): TopSite {
  const { frames, bytes, samples, errorBytes } = statistic;
  // Without an older one, since the profiler was started: every sample that is alive was taken since.
  const deltaBytes = 'deltaBytes' in statistic ? statistic.deltaBytes : bytes;
  return { frame: frames[0]!, bytes, samples, deltaBytes, errorBytes, ageMs };
}

/** Of the median sample. */
function ageMs(group: StackGroup | undefined, uptimeMs: number, clock: OrdinalClock): number | null {
  const ordinals = (group?.stacks ?? []).flatMap((stack) => stack.ordinals ?? []).sort((a, b) => a - b);
  const median = ordinals[Math.floor(ordinals.length / 2)];
  const takenAt = median === undefined ? null : clock.uptimeAt(median);
  return takenAt === null ? null : Math.max(0, uptimeMs - takenAt);
}
