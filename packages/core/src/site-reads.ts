import type { ReadPace } from './decide/read-schedule.ts';
import type { AllocationReading, FloorReading, Runtime } from './internal-types.ts';
import type { FloorCounts } from './measure/floor.ts';
import { readChargeMs } from './measure/read-cost.ts';
import type { ResolvedOptions } from './options.ts';
import type { SiteChannel } from './site-channel.ts';
import { SiteReader } from './site-reader.ts';

/** What reads need of the rest of a detector. */
export interface SiteReadsHost {
  /** Milliseconds, of the time in which the process ran. */
  now(): number;
  counts(): FloorCounts;
  /** Whether any channel says that something grows. */
  isGrowing(): boolean;
  floorSlopeBytesPerHour(): number | null;
  /** A read took so long, its after-effect included; milliseconds. */
  chargeRead(ms: number): void;
  /** The channel has taken in a read, or says something else for another reason. */
  placed(): void;
}

/** When the profiler is started and read, and what becomes of its readings. */
export class SiteReads {
  readonly reader: SiteReader;
  readonly #channel: SiteChannel;
  readonly #options: ResolvedOptions;
  readonly #host: SiteReadsHost;

  constructor(
    options: ResolvedOptions,
    runtime: Runtime,
    { channel, host }: { channel: SiteChannel; host: SiteReadsHost },
  ) {
    this.#options = options;
    this.#channel = channel;
    this.#host = host;
    this.reader = new SiteReader(options, runtime, host.now());
  }

  /** Starts the profiler when its time has come, or now. */
  start(now = false): void {
    const counts = this.#host.counts();
    const nowMs = this.#host.now();
    const isStarted = now
      ? this.reader.start(nowMs, counts.totalUnits)
      : this.reader.startIfDue(nowMs, counts.totalUnits);
    if (isStarted) this.#channel.start(counts, nowMs);
  }

  /**
   * Reads the profiler where that is due; `Detector.floor` wants the floor of the reading if it forced a GC.
   *
   * @param after the floor of a natural major GC that has just been
   * @param onPlaced as of {@link readNow}
   */
  readIfDue(after: FloorReading | null, onPlaced: () => void): AllocationReading | null {
    const nowMs = this.#host.now();
    const units = this.#host.counts().totalUnits;
    const pace = this.#pace();
    const triggered = pace !== 'watch' || this.#mayMatter();
    return this.reader.isDue({ nowMs, units, pace, triggered, after }) ? this.readNow(after, onPlaced) : null;
  }

  /**
   * Reads the profiler, due or not; null where it does not run.
   *
   * @param onPlaced called when verdicts may follow from it: now, or some turns later where source files are new
   */
  readNow(after: FloorReading | null, onPlaced: () => void): AllocationReading | null {
    const nowMs = this.#host.now();
    const counts = this.#host.counts();
    const reading = this.reader.read({ nowMs, units: counts.totalUnits, after });
    if (reading === null) return null;
    this.#host.chargeRead(this.#options.level === 'prove' ? reading.pauseMs : readChargeMs(reading));
    this.#channel.push(reading, counts, nowMs, () => {
      this.#host.placed();
      onPlaced();
    });
    return reading;
  }

  #pace(): ReadPace {
    const { level } = this.#options;
    if (level !== 'auto') return level;
    return this.#host.isGrowing() || this.#channel.isSuspect ? 'diagnose' : 'watch';
  }

  /** Whether the floors rise so that they could add up to a report within an hour. */
  #mayMatter(): boolean {
    return (
      (this.#host.floorSlopeBytesPerHour() ?? 0) >= this.#options.minTotalBytes || this.#channel.isSuspect
    );
  }
}
