import { CollectionGrowth } from './decide/collection-growth.ts';
import { CounterGrowth } from './decide/counter-growth.ts';
import type { Runtime } from './internal-types.ts';
import { Collections } from './measure/collections.ts';
import type { FloorCounts } from './measure/floor.ts';
import { sourceAmounts } from './measure/floor.ts';
import { resourceCounts } from './measure/resource-counters.ts';
import { collectionReports } from './report/collection-report.ts';
import type { CollectionReport, CounterReport, Trackable } from './site-types.ts';

/** Between two looks at sizes and counts, milliseconds. */
export const SIDE_COUNTS_MS = 10_000;

interface SideCountsOptions {
  prove: boolean;
  /** Of the heap profiler while it runs, bytes per sample. */
  samplingIntervalBytes: number;
  runtime: Runtime;
  onError: (error: Error) => void;
}

/** What is counted beside memory: sizes of tracked collections, and the cheap counts of the process that grow when something leaks. */
export class SideCounts {
  readonly #runtime: Runtime;
  readonly #startMs: number;
  readonly #samplingIntervalBytes: number;
  /** What was in the heap when the profiler was first seen to run: none of it is sampled. */
  #unsampledBytes: number | null = null;
  readonly #collections: Collections;
  readonly #growth: CollectionGrowth;
  readonly #counters: CounterGrowth;

  /** @param options `onError` is told once of each collection whose size cannot be read; must not throw */
  constructor(options: SideCountsOptions) {
    this.#runtime = options.runtime;
    this.#samplingIntervalBytes = options.samplingIntervalBytes;
    this.#startMs = options.runtime.now();
    this.#collections = new Collections(options.onError);
    this.#growth = new CollectionGrowth(options);
    this.#counters = new CounterGrowth(options);
  }

  /** See `Collections.track`. */
  track(name: string, source: Trackable): () => void {
    return this.#collections.track(name, source);
  }

  /**
   * Looks at all of them now.
   *
   * @param counts what the ledger has counted
   * @param timeMs active time
   */
  look(counts: FloorCounts, timeMs: number): void {
    const { inFlight, totalUnits } = counts;
    const row = { timeMs, inFlight, totalUnits };
    this.#counters.push(row, resourceCounts(this.#runtime, this.#samples()));
    const sizes = this.#collections.read();
    if (sizes.length === 0 && !this.#growth.hasRows) return;
    this.#growth.push({ ...row, sources: sourceAmounts(counts, timeMs - this.#startMs) }, sizes);
  }

  /** Sources that any growth speaks of. */
  get spokenOf(): ReadonlySet<number> {
    return this.#growth.spokenOf;
  }

  /** From now on this source has done nothing so far; not for one that is spoken of. */
  forget(source: number): void {
    this.#growth.forget(source);
  }

  /** Sizes are read now, verdicts are those of the last look. */
  reports(nameOf: (slot: number) => string): { collections: CollectionReport[]; counters: CounterReport[] } {
    return {
      collections: collectionReports(this.#collections.read(), this.#growth, nameOf),
      counters: this.#counters.reports(),
    };
  }

  /** Objects that the heap profiler holds, about: one per interval of what was allocated since it was started. */
  #samples(): number {
    if (!this.#runtime.sampler.isRunning) return 0;
    const heapUsedBytes = this.#runtime.heapUsedBytes();
    this.#unsampledBytes ??= heapUsedBytes;
    return Math.max(0, heapUsedBytes - this.#unsampledBytes) / this.#samplingIntervalBytes;
  }
}
