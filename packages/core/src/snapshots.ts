import { isMainThread, threadId } from 'node:worker_threads';
import type { Detector } from './detector.ts';
import type { AllocationReading } from './internal-types.ts';
import { readChargeMs } from './measure/read-cost.ts';
import { AllocationSnapshot } from './report/allocation-snapshot.ts';
import { processIdentity } from './report/process-identity.ts';
import { snapshotData } from './report/snapshot-data.ts';
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
  takeIfDue(reading: AllocationReading | null): void {
    const isWanted = reading === null ? this.#buffer.isDue : this.#buffer.wantsStacks;
    if (isWanted) this.take(reading);
  }

  /** Takes one, with the stacks of a read that has just been. */
  take(reading: AllocationReading | null): AllocationSnapshot {
    const snapshot = new AllocationSnapshot(this.#data(reading, this.#detector.report()));
    this.#buffer.add(snapshot);
    return snapshot;
  }

  #data(reading: AllocationReading | null, report: GrowthReport): AllocationSnapshot['data'] {
    const { sites, ledger, reads } = this.#detector;
    const { reader } = reads;
    const { time, pid, node, uptimeMs, memory, scopes } = report;
    const counters = Object.fromEntries(report.counters.map(({ name, value }) => [name, value]));
    const stacks = reading === null ? null : sites.stacks((slot) => ledger.nameOf(slot));
    const lacking = reader.unavailable ?? 'taken without a read of the profiler';
    return snapshotData({
      ...{ time, pid, node, uptimeMs, memory, scopes, counters, stacks },
      process: this.#process,
      threadId: isMainThread ? null : threadId,
      samplingIntervalBytes: reader.isRunning ? reader.intervalBytes : null,
      unavailable: stacks === null ? lacking : null,
      costMs: reading === null ? 0 : readChargeMs(reading),
      pauseMs: reading?.pauseMs ?? 0,
    });
  }
}
