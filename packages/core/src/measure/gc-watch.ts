import { constants, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks';
import type { FloorReading } from '../internal-types.ts';
import { type Delay, settleBuffers } from './buffer-settling.ts';
import { GcProfile, type GcProfilerConstructor } from './gc-profile.ts';
import { type HeapReading, readBuffers, readHeapWithoutYoung } from './memory-reading.ts';

/** The profiler is emptied at least every so many minor GCs: 32 rows are about 0.1 MB and 0.6 ms to stop (20 us a row). */
const MINOR_GCS_PER_RESTART = 32;

export interface GcWatchOptions {
  now: () => number;
  delay: Delay;
  Profiler: GcProfilerConstructor | null;
  /** End of the last GC that leakguard forced, on the clock of `now`. */
  forcedUntilMs: () => number;
  /** The floor, once its Buffers have settled: in the observer callback, or up to 24 ms later. */
  onFloor: (reading: FloorReading) => void;
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
    const majors = entries.filter(isMajor);
    this.#minorGcs += entries.length - majors.length;
    if (majors.length > 0 || this.#minorGcs >= MINOR_GCS_PER_RESTART) this.#restartProfile();
    const heaps = majors.map((major) => this.#profile.take(endMs(major)));
    const last = majors.at(-1);
    if (last !== undefined && !this.#outdated(last)) this.#report(last, heaps.at(-1) ?? null);
  }

  /** Forced by us, or followed by one that was: `forceGc` has given a later and better floor. */
  #outdated(major: PerformanceEntry): boolean {
    return endMs(major) <= this.#options.forcedUntilMs();
  }

  #restartProfile(): void {
    this.#minorGcs = 0;
    this.#profile.restart();
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

function isMajor(entry: PerformanceEntry): boolean {
  const { detail } = entry as PerformanceEntry & { detail?: { kind?: number } };
  return detail?.kind === constants.NODE_PERFORMANCE_GC_MAJOR;
}

function endMs(entry: PerformanceEntry): number {
  return entry.startTime + entry.duration;
}
