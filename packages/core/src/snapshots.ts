import { isMainThread, threadId } from 'node:worker_threads';
import type { Detector } from './detector.ts';
import { AllocationSnapshot } from './report/allocation-snapshot.ts';
import { processIdentity } from './report/process-identity.ts';
import { type ResolvedStack, snapshotData } from './report/snapshot-data.ts';
import type { SiteRead } from './site-reader.ts';
import type { TopSite } from './site-types.ts';
import { SnapshotBuffer } from './snapshot-buffer.ts';
import type { GrowthReport } from './types.ts';

/** The allocation snapshots of a guard: made of what its detector knows, and the last five of them. */
export class Snapshots {
  readonly #detector: Detector;
  readonly #buffer: SnapshotBuffer;
  readonly #process: string = processIdentity();

  constructor(detector: Detector) {
    this.#detector = detector;
    this.#buffer = new SnapshotBuffer({ now: () => detector.clock.now() });
  }

  /** Oldest first, five at most. */
  get kept(): readonly AllocationSnapshot[] {
    return this.#buffer.snapshots;
  }

  /** The newest that another one can be compared with, null before the first. */
  get newestWithStacks(): AllocationSnapshot | null {
    return this.#buffer.newestWithStacks;
  }

  /** What grew most between the two newest with stacks, empty before the first. */
  topSites(): TopSite[] {
    return this.#buffer.topSites();
  }

  /**
   * Takes one where the schedule wants one, without a read and so without stacks; or the stacks of a read that has just been, where
   * they are wanted.
   */
  takeIfDue(read: SiteRead | null): void {
    const isWanted = read === null ? this.#buffer.isDue : this.#buffer.wantsStacks;
    if (isWanted) this.take(read);
  }

  /** Takes one, with the stacks of a read that has just been. */
  take(read: SiteRead | null): AllocationSnapshot {
    const snapshot = new AllocationSnapshot(this.#data(read));
    this.#buffer.add(snapshot);
    return snapshot;
  }

  #data(read: SiteRead | null): AllocationSnapshot['data'] {
    const { reader } = this.#detector.reads;
    // What it takes to tell what was read is a part of what the read costs.
    const { report, stacks } = read === null ? this.#seen(false) : read.cost.turn(() => this.#seen(true));
    if (read !== null) this.#detector.reads.charge(read.cost);
    const { time, pid, node, uptimeMs, memory, scopes } = report;
    const counters = Object.fromEntries(report.counters.map(({ name, value }) => [name, value]));
    const lacking = reader.unavailable ?? 'taken without a read of the profiler';
    return snapshotData({
      ...{ time, pid, node, uptimeMs, memory, scopes, counters, stacks },
      process: this.#process,
      threadId: isMainThread ? null : threadId,
      samplingIntervalBytes: reader.isRunning ? reader.intervalBytes : null,
      unavailable: stacks === null ? lacking : null,
      ...(read && { sampledMs: read.sampledMs }),
      costMs: read?.cost.costMs ?? 0,
      pauseMs: read?.cost.pauseMs ?? 0,
    });
  }

  #seen(hasRead: boolean): { report: GrowthReport; stacks: ResolvedStack[] | null } {
    const { sites } = this.#detector;
    const stacks = hasRead ? sites.stacks() : null;
    return { report: this.#detector.report(), stacks };
  }
}
