import { LeakguardError } from '../errors.ts';
import type { AllocationSnapshotData } from '../site-types.ts';
import type { MemoryReport } from '../types.ts';
import {
  type AllocationDifference,
  type AllocationStatistic,
  differencesOf,
  statisticsOf,
} from './allocation-statistics.ts';
import { checkedSnapshot } from './checked-snapshot.ts';
import { GROUPINGS, type GroupBy, groupStacks } from './stack-groups.ts';

/** How live samples are summed up. */
export interface GroupOptions {
  /** By the allocating function, its file, the whole stack, or the scope. @default 'function' */
  groupBy?: GroupBy;
}

/**
 * What was alive at one moment, by who allocated it: the counterpart of Python's tracemalloc. Sizes are estimated from samples of
 * V8's heap profiler, and each has its error. V8 names functions, not lines. Buffers' contents are not in it.
 *
 * @example
 * const before = await guard.takeSnapshot();
 * // ... traffic ...
 * const after = await guard.takeSnapshot();
 * console.log(formatDifference(after, before));
 * for (const { frames, deltaBytes } of after.compareTo(before)) console.log(frames[0]?.function, deltaBytes);
 */
export class AllocationSnapshot {
  /** Plain JSON; not to be changed. */
  readonly data: AllocationSnapshotData;

  /** @param data as the guard made it; what comes from outside goes through {@link AllocationSnapshot.from} */
  constructor(data: AllocationSnapshotData) {
    this.data = data;
  }

  /**
   * A snapshot from its JSON, as text or parsed. Unknown fields are dropped.
   *
   * @param name what the messages call it, such as the file it came from
   * @throws LeakguardError `ERR_LEAKGUARD_SNAPSHOT_FORMAT` for what is no snapshot or a damaged one, `ERR_LEAKGUARD_SNAPSHOT_VERSION`
   * for one of another version
   */
  static from(json: unknown, name = 'the value'): AllocationSnapshot {
    return new AllocationSnapshot(checkedSnapshot(json, name));
  }

  /** ISO 8601. */
  get time(): string {
    return this.data.time;
  }

  get memory(): MemoryReport {
    return this.data.memory;
  }

  /** CPU that taking it cost, milliseconds: as measured in the read and the turns that placed it, and an estimate of what follows. */
  get costMs(): number {
    return this.data.costMs;
  }

  /** The longest that it stopped the program without a break, milliseconds: the read with its GC, or a turn of placing it. */
  get pauseMs(): number {
    return this.data.pauseMs;
  }

  /** Why it holds no stacks, so that it can be neither grouped nor compared; null where it holds them. */
  get unavailable(): string | null {
    const { stacks, unavailable } = this.data;
    return stacks === null ? (unavailable ?? 'taken without a read of the profiler') : null;
  }

  /**
   * What holds most, largest first; empty without stacks.
   *
   * @throws LeakguardError `ERR_LEAKGUARD_OPTION`
   */
  top(n = 10, { groupBy }: GroupOptions = {}): AllocationStatistic[] {
    return statisticsOf(groupStacks(this.data, checkedGroupBy(groupBy))).slice(0, checkedCount(n));
  }

  /**
   * What changed since an older snapshot of the same process, largest change first.
   *
   * @throws LeakguardError `ERR_LEAKGUARD_SNAPSHOT_FORMAT` for what is no snapshot, `ERR_LEAKGUARD_SNAPSHOT_PROCESS` for one of another process, `ERR_LEAKGUARD_SNAPSHOT_STACKS` where one of
   * the two holds no stacks, `ERR_LEAKGUARD_OPTION`
   */
  compareTo(older: AllocationSnapshot, { groupBy }: GroupOptions = {}): AllocationDifference[] {
    const by = checkedGroupBy(groupBy);
    assertSnapshot(older);
    assertSameProcess(this.data, older.data);
    assertStacks(this);
    assertStacks(older);
    return differencesOf(groupStacks(this.data, by), groupStacks(older.data, by));
  }

  toJSON(): AllocationSnapshotData {
    return this.data;
  }
}

/** Parsed JSON is the natural mistake. Another installed copy of this package has a class of its own. */
function assertSnapshot(older: unknown): asserts older is AllocationSnapshot {
  const data = (older as Partial<AllocationSnapshot> | null)?.data;
  if (typeof data?.process === 'string') return;
  throw new LeakguardError(
    'ERR_LEAKGUARD_SNAPSHOT_FORMAT',
    'leakguard: compareTo takes a snapshot; of its JSON AllocationSnapshot.from() makes one again',
  );
}

function assertSameProcess(newer: AllocationSnapshotData, older: AllocationSnapshotData): void {
  if (newer.process === older.process) return;
  const of = ({ pid, threadId, time }: AllocationSnapshotData): string =>
    `pid ${pid}${threadId === undefined ? '' : `, thread ${threadId}`} at ${time}`;
  throw new LeakguardError(
    'ERR_LEAKGUARD_SNAPSHOT_PROCESS',
    `leakguard: snapshots of two processes cannot be compared (${of(older)}; ${of(newer)}); ` +
      'a restart is another process: take both in one run',
  );
}

function assertStacks({ unavailable, time }: AllocationSnapshot): void {
  if (unavailable === null) return;
  throw new LeakguardError(
    'ERR_LEAKGUARD_SNAPSHOT_STACKS',
    `leakguard: the snapshot of ${time} holds no stacks and cannot be compared: ${unavailable}`,
  );
}

function checkedGroupBy(groupBy: GroupBy = 'function'): GroupBy {
  if (GROUPINGS.includes(groupBy)) return groupBy;
  throw new LeakguardError(
    'ERR_LEAKGUARD_OPTION',
    `leakguard: groupBy must be one of ${GROUPINGS.map((by) => `'${by}'`).join(', ')}`,
  );
}

function checkedCount(n: number): number {
  if (Number.isInteger(n) && n >= 0) return n;
  throw new LeakguardError('ERR_LEAKGUARD_OPTION', 'leakguard: top(n) takes a whole number of 0 or more');
}
