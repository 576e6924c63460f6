import { constants, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks';
import type { FloorReading } from '../internal-types.ts';
import { type Delay, settleBuffers } from './buffer-settling.ts';
import { GcProfile, type GcProfilerConstructor } from './gc-profile.ts';
import { type HeapReading, readBuffers, readHeapWithoutYoung } from './memory-reading.ts';

/** A marking that has not ended after so many minor GCs was called off, or goes on too slowly to pay for each of them. */
const MINOR_GCS_PER_MARKING = 32;

export interface GcWatchOptions {
  now: () => number;
  delay: Delay;
  Profiler: GcProfilerConstructor | null;
  /** End of the last GC that leakguard forced, on the clock of `now`. */
  forcedUntilMs: () => number;
  /** The floor, once its Buffers have settled: in the observer callback, or up to 24 ms later. */
  onFloor: (reading: FloorReading) => void;
  /** What looking through the entries of one callback cost, milliseconds; minor GCs have them, too. */
  onCost: (ms: number) => void;
  /** Start and end of every minor and major GC; steps of incremental marking free nothing and are left out. */
  onGc: (startMs: number, endMs: number) => void;
  /** In the observer callback of a natural major GC, always before its `onFloor`: the moment to freeze counts. */
  onMajorGc: () => void;
}

/**
 * Watches natural major GCs (those of other libraries' `gc()` too) and reports the floor of each. When several come in
 * one callback only the last is reported: the units between them cannot be told apart.
 * Entries come one turn of the event loop after their GC (0.3 ms idle, 10-27 ms under load), so counts frozen then
 * include the units that finished in that turn. On some Nodes an observer can set off GCs itself (nodejs/node#62721):
 * the callback therefore allocates next to nothing.
 */
export class GcWatch {
  readonly #options: GcWatchOptions;
  readonly #profile: GcProfile;
  readonly #observer: PerformanceObserver;
  #minorGcs = 0;
  #endSettling: ((deliverNow: boolean) => void) | null = null;

  constructor(options: GcWatchOptions) {
    this.#options = options;
    this.#profile = new GcProfile(options.Profiler, options.now);
    this.#observer = new PerformanceObserver((list) => this.#see(list.getEntries()));
    this.#observer.observe({ entryTypes: ['gc'] });
  }

  /** Stops for good; a floor that was still settling is dropped. A second call does nothing. */
  stop(): void {
    this.#observer.disconnect();
    this.#profile.close();
    this.#endSettling?.(false);
    this.#endSettling = null;
  }

  #see(entries: PerformanceEntry[]): void {
    const startMs = this.#options.now();
    let last: { major: PerformanceEntry; heap: HeapReading | null } | null = null;
    for (const entry of entries) {
      const kind = kindOf(entry);
      if (kind !== constants.NODE_PERFORMANCE_GC_INCREMENTAL)
        this.#options.onGc(entry.startTime, endMs(entry));
      if (kind === constants.NODE_PERFORMANCE_GC_MINOR) this.#minor();
      else if (kind === constants.NODE_PERFORMANCE_GC_INCREMENTAL) this.#marking();
      else if (kind === constants.NODE_PERFORMANCE_GC_MAJOR)
        last = { major: entry, heap: this.#ended(entry) };
    }
    this.#options.onCost(this.#options.now() - startMs);
    if (last !== null && !this.#outdated(last.major)) this.#report(last.major, last.heap);
  }

  /** V8 begins to mark 20 to 200 ms before the mark-compact: in time to have the profiler running then. */
  #marking(): void {
    this.#minorGcs = 0;
    this.#profile.arm();
  }

  #minor(): void {
    this.#minorGcs += 1;
    if (this.#minorGcs === MINOR_GCS_PER_MARKING) this.#profile.collect();
  }

  #ended(major: PerformanceEntry): HeapReading | null {
    this.#profile.collect();
    return this.#profile.take(endMs(major));
  }

  /** Forced by us, or followed by one that was: `forceGc` has given a later and better floor. */
  #outdated(major: PerformanceEntry): boolean {
    return endMs(major) <= this.#options.forcedUntilMs();
  }

  #report(major: PerformanceEntry, exact: HeapReading | null): void {
    const heap = exact ?? readHeapWithoutYoung();
    this.#endSettling?.(true);
    this.#options.onMajorGc();
    this.#endSettling = settleBuffers(readBuffers, this.#options.delay, (buffers) => {
      if (this.#outdated(major)) return;
      const timeMs = endMs(major);
      this.#options.onFloor({ timeMs, ...heap, ...buffers, forced: false, pauseMs: major.duration });
    });
  }
}

function kindOf(entry: PerformanceEntry): number | undefined {
  return (entry as PerformanceEntry & { detail?: { kind?: number } }).detail?.kind;
}

function endMs(entry: PerformanceEntry): number {
  return entry.startTime + entry.duration;
}
