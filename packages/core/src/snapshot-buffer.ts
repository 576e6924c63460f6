import { AllocationSnapshot } from './report/allocation-snapshot.ts';
import { OrdinalClock } from './report/ordinal-clock.ts';
import { topSites } from './report/top-sites.ts';
import type { TopSite } from './site-types.ts';

/** Snapshots kept. */
const CAPACITY = 5;
/** Those with stacks that stay however old they are: without two of them nothing can be compared. */
const WITH_STACKS = 2;
const DROPPED = 'its stacks were dropped when two newer snapshots had theirs';
/** Milliseconds between the entries of the schedule. */
const INTERVAL_MS = 60_000;

export interface SnapshotBufferOptions {
  /** Monotonic milliseconds. */
  now: () => number;
  /** Milliseconds between entries without anybody asking. @default 60000 */
  intervalMs?: number;
}

/**
 * The last five snapshots. One is due a minute after the last one; those of the schedule hold memory, scopes and counters, and stacks
 * only where the profiler was read anyway. The two newest with stacks stay until newer ones with stacks come, so that there is
 * something to compare as soon as anything grows; all others leave oldest first.
 */
export class SnapshotBuffer {
  readonly #now: () => number;
  readonly #intervalMs: number;
  readonly #clock = new OrdinalClock();
  #entries: AllocationSnapshot[] = [];
  #lastMs: number;

  constructor({ now, intervalMs = INTERVAL_MS }: SnapshotBufferOptions) {
    this.#now = now;
    this.#intervalMs = intervalMs;
    this.#lastMs = now();
  }

  /** Whether the schedule wants an entry now, with or without stacks. */
  get isDue(): boolean {
    return this.#now() - this.#lastMs >= this.#intervalMs;
  }

  /** Oldest first. */
  get snapshots(): readonly AllocationSnapshot[] {
    return this.#entries;
  }

  /**
   * Whether a read that was due anyway is to leave its stacks here: the first two, and from then on one per entry of the schedule.
   * At `prove` reads come every second, and telling all of their stacks costs more than comparing the latest of them is worth.
   */
  get wantsStacks(): boolean {
    const newest = this.#entries.at(-1);
    const withStacks = this.#entries.filter(holdsStacks).length;
    return withStacks < WITH_STACKS || this.isDue || (newest !== undefined && !holdsStacks(newest));
  }

  /** The newest with stacks, null before the first. */
  get newestWithStacks(): AllocationSnapshot | null {
    return this.#entries.findLast(holdsStacks) ?? null;
  }

  /** Takes one in, whoever asked for it; it counts as the schedule's. */
  add(snapshot: AllocationSnapshot): void {
    this.#lastMs = this.#now();
    this.#clock.mark(snapshot.data);
    this.#entries = kept([...this.#entries, snapshot]).map(sparing);
  }

  /** What grew most between the two newest with stacks; of a single one what is largest. */
  topSites(count = 5): TopSite[] {
    const [newest, older = null] = this.#entries.filter(holdsStacks).reverse();
    return newest === undefined ? [] : topSites(newest, older, count, this.#clock);
  }
}

function holdsStacks({ unavailable }: AllocationSnapshot): boolean {
  return unavailable === null;
}

/** Stacks of a large app are a megabyte, and only the two newest with stacks are ever compared. */
function sparing(
  entry: AllocationSnapshot,
  index: number,
  entries: readonly AllocationSnapshot[],
): AllocationSnapshot {
  const newer = entries.slice(index + 1).filter(holdsStacks).length;
  if (!holdsStacks(entry) || newer < WITH_STACKS) return entry;
  return new AllocationSnapshot({ ...entry.data, frames: [], stacks: null, unavailable: DROPPED });
}

function kept(entries: readonly AllocationSnapshot[]): AllocationSnapshot[] {
  if (entries.length <= CAPACITY) return [...entries];
  const staying = new Set(entries.filter(holdsStacks).slice(-WITH_STACKS));
  const leaving = entries.find((entry) => !staying.has(entry));
  return entries.filter((entry) => entry !== leaving);
}
