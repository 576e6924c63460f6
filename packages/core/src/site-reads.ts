import type { ReadPace } from './decide/read-schedule.ts';
import type { FloorReading, Runtime } from './internal-types.ts';
import type { FloorCounts } from './measure/floor.ts';
import type { ReadCost } from './measure/read-cost.ts';
import type { ResolvedOptions } from './options.ts';
import type { SiteChannel } from './site-channel.ts';
import { type ReadRequest, type SiteRead, SiteReader } from './site-reader.ts';

/** What reads need of the rest of a detector. */
export interface SiteReadsHost {
  /** Milliseconds, of the time in which the process ran. */
  now(): number;
  counts(): FloorCounts;
  /** Whether any channel says that something grows. */
  isGrowing(): boolean;
  floorSlopeBytesPerHour(): number | null;
  /** A read cost so much CPU, or so much more; milliseconds. */
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
   * @param onPlaced called when verdicts may follow from it, some turns later
   */
  readIfDue(after: FloorReading | null, onPlaced: () => void): SiteRead | null {
    // On a busy program reads could come faster than they are placed, and each that waits is held whole.
    if (this.#channel.isPlacing) return null;
    const nowMs = this.#host.now();
    const units = this.#host.counts().totalUnits;
    const pace = this.#pace();
    const triggered = pace !== 'watch' || this.#mayMatter();
    if (!this.reader.isDue({ nowMs, units, pace, triggered, after })) return null;
    return this.#read({ after, isOnDemand: false }, onPlaced);
  }

  /**
   * Reads the profiler, due or not; null where it does not run. The process does not end before it is placed.
   *
   * @param onPlaced as of {@link readIfDue}
   */
  readNow(onPlaced: () => void): SiteRead | null {
    return this.#read({ after: null, isOnDemand: true }, onPlaced);
  }

  /** What of a read's cost was not charged yet. */
  charge(cost: ReadCost): void {
    const ms = cost.takeUncharged();
    this.#host.chargeRead(ms);
    this.reader.charge(ms);
  }

  #read(how: Pick<ReadRequest, 'after' | 'isOnDemand'>, onPlaced: () => void): SiteRead | null {
    const nowMs = this.#host.now();
    const counts = this.#host.counts();
    const read = this.reader.read({ ...how, nowMs, units: counts.totalUnits });
    if (read === null) {
      if (this.reader.unavailable !== null) this.#lose();
      return null;
    }
    this.charge(read.cost);
    this.#channel.push(read, counts, nowMs, () => {
      this.charge(read.cost);
      this.#host.placed();
      onPlaced();
    });
    return read;
  }

  /** What the last read said would stay true for ever. */
  #lose(): void {
    if (this.#channel.lose()) this.#host.placed();
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
