import type { AllocationSnapshot } from './allocation-snapshot.ts';
import { formatDifference, formatSnapshot } from './allocation-text.ts';
import type { SnapshotBody } from './growth-log-line.ts';
import { OrdinalClock } from './ordinal-clock.ts';
import { topSites } from './top-sites.ts';

/** Functions in the line. */
const SITES = 5;

/** What a `snapshot` line says beside the snapshot itself. */
export interface SnapshotOrigin {
  /** Who asked: code, the signal or the control socket. */
  trigger: SnapshotBody['trigger'];
  /** An earlier one of the same process to compare with, null for none. */
  older: AllocationSnapshot | null;
  /** Where it was written, null for nowhere. */
  file: string | null;
  /** Why it could not be written. */
  failure?: string | null;
}

/** The line of a snapshot: what grew most since `older`, sizes and costs; the stacks themselves are in its file. */
export function snapshotBody(snapshot: AllocationSnapshot, origin: SnapshotOrigin): SnapshotBody {
  const { trigger, file, failure = null } = origin;
  const older = comparable(snapshot, origin.older);
  const { samplingIntervalBytes, memory, stacks, costMs, pauseMs } = snapshot.data;
  return {
    event: 'snapshot',
    trigger,
    memory,
    samplingIntervalBytes,
    samples: stacks === null ? null : stacks.reduce((sum, stack) => sum + stack.samples, 0),
    bytes: stacks === null ? null : stacks.reduce((sum, stack) => sum + stack.bytes, 0),
    since: older?.time ?? null,
    topSites: stacks === null ? [] : topSites(snapshot, older, SITES, clockOf(snapshot, older)),
    unavailable: snapshot.unavailable,
    costMs,
    pauseMs,
    file,
    text: [
      older === null ? formatSnapshot(snapshot) : formatDifference(snapshot, older),
      ...(file === null ? [] : [`written to ${file}`]),
      ...(failure === null ? [] : [`not written: ${failure}`]),
    ].join('\n'),
  };
}

function comparable(
  { data, unavailable }: AllocationSnapshot,
  older: AllocationSnapshot | null,
): AllocationSnapshot | null {
  const isComparable =
    unavailable === null && older?.unavailable === null && older.data.process === data.process;
  return isComparable ? older : null;
}

function clockOf(newest: AllocationSnapshot, older: AllocationSnapshot | null): OrdinalClock {
  const clock = new OrdinalClock();
  if (older !== null) clock.mark(older.data);
  clock.mark(newest.data);
  return clock;
}
