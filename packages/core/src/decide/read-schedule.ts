import { ReadPause } from './read-pause.ts';

export interface ReadScheduleOptions {
  /** Share of one core that reads may take, 0 to 1. */
  maxOverhead: number;
  /** Longest stop that a read may be expected to make, milliseconds. */
  maxPauseMs: number;
  /** Above this no read forces a GC. */
  maxHeapForReadsBytes: number;
  /** When sampling started, and the units that had finished by then: what a first read is counted from. */
  startMs: number;
  startUnits: number;
}

/** How eagerly reads are wanted: `diagnose` also while something grows at `auto`. */
export type ReadPace = 'watch' | 'diagnose' | 'prove';

/** The process at the moment of the question. */
export interface ReadMoment {
  pace: ReadPace;
  nowMs: number;
  /** Finished so far. */
  units: number;
  heapUsedBytes: number;
  /** At `watch`: the floors rise so that it could matter, or something is suspect. */
  triggered: boolean;
  /** Units since the last read below which a read would tell nothing new. */
  neededUnits: number;
  /** The read would force no GC: neither the heap's size nor its pause forbid it. */
  withoutGc: boolean;
}

/** What was read, and when it ended. What it costs is charged as it becomes known. */
export interface PastRead {
  nowMs: number;
  units: number;
  heapUsedBytes: number;
  pauseMs: number;
  /** Somebody asked for it outside of the schedule. */
  isOnDemand: boolean;
  /** It forced a GC, so its pause tells of that of the next one. */
  forced: boolean;
}

/** Whether to read now; if not, why: one clause for the report. */
export type ReadDecision =
  | { due: true; why: 'trigger' | 'heartbeat' | 'diagnose' | 'prove' }
  | { due: false; why: ReadHindrance };

export type ReadHindrance =
  | 'heap above maxHeapForReads'
  | 'expected pause above maxPause'
  | 'too soon after the last read'
  | 'the last read is not yet paid for within maxOverhead'
  | 'too few units since the last read'
  | 'nothing suspect, heartbeat not due';

const MIN_INTERVAL_MS = 60_000;
const HEARTBEAT_MS = 600_000;
const HEARTBEAT_UNITS = 20_000;
const PROVE_UNITS = 1000;
/** For so long at most a read on demand keeps the schedule from its next one. */
const MAX_DEMANDED_WAIT_MS = 2 * MIN_INTERVAL_MS;
/** Share of wall time that reads may take at `prove`, as of forced GCs there. */
const PROVE_PAUSE_SHARE = 0.2;

/**
 * When the sampling profiler is read. Pure: it knows no clock.
 *
 * The budget counts time on the wall, that is a share of one core, not of the CPU that the process used. A read costs
 * as much CPU however busy the process is; as a share of its own CPU a process with little traffic could
 * hardly ever be read, though it has the core to spare, and a busy one is treated the same by both.
 *
 * A read on demand serves the schedule as well as one of its own: the next one is counted from it. What it costs was its owner's wish, so
 * it is owed only as far as it delays the schedule by two minutes; somebody who looks every few seconds must not blind the guard.
 */
export class ReadSchedule {
  readonly #options: ReadScheduleOptions;
  readonly #pause = new ReadPause();
  #lastMs: number;
  #lastUnits: number;
  #lastPauseMs = 0;
  #owedMs = 0;
  #maxOwedMs = Number.POSITIVE_INFINITY;
  #reads = 0;

  constructor(options: ReadScheduleOptions) {
    this.#options = options;
    this.#lastMs = options.startMs;
    this.#lastUnits = options.startUnits;
  }

  /** Takes note of a read. One that was asked for outside of the schedule counts like the others. */
  noteRead({ nowMs, units, heapUsedBytes, pauseMs, isOnDemand, forced }: PastRead): void {
    // What the reads before have not earned yet is still owed.
    this.#owedMs = this.#owed(nowMs);
    const mostDemandedMs = MAX_DEMANDED_WAIT_MS * this.#options.maxOverhead;
    this.#maxOwedMs = isOnDemand ? Math.max(this.#owedMs, mostDemandedMs) : Number.POSITIVE_INFINITY;
    this.#lastMs = nowMs;
    this.#lastUnits = units;
    this.#lastPauseMs = pauseMs;
    this.#reads += 1;
    if (forced) this.#pause.push(pauseMs, heapUsedBytes);
  }

  /** The last read turned out to cost so much, milliseconds of CPU; it may come in parts, while its stacks are placed. */
  charge(ms: number): void {
    this.#owedMs = Math.min(this.#owedMs + ms, this.#maxOwedMs);
  }

  /** Whether a read is due. */
  decide(moment: ReadMoment): ReadDecision {
    const hindrance = this.#unsafe(moment) ?? this.#early(moment);
    if (hindrance !== null) return { due: false, why: hindrance };
    return moment.pace === 'watch' ? this.#watch(moment) : { due: true, why: moment.pace };
  }

  #unsafe({ heapUsedBytes, withoutGc }: ReadMoment): ReadHindrance | null {
    if (withoutGc) return null;
    const { maxHeapForReadsBytes, maxPauseMs } = this.#options;
    if (heapUsedBytes > maxHeapForReadsBytes) return 'heap above maxHeapForReads';
    return this.#pause.expectedMs(heapUsedBytes) > maxPauseMs ? 'expected pause above maxPause' : null;
  }

  #early(moment: ReadMoment): ReadHindrance | null {
    const { pace, nowMs } = moment;
    const minIntervalMs = pace === 'prove' ? this.#lastPauseMs / PROVE_PAUSE_SHARE : MIN_INTERVAL_MS;
    if (this.#reads > 0 && nowMs - this.#lastMs < minIntervalMs) return 'too soon after the last read';
    if (pace !== 'prove' && this.#owed(nowMs) > 0)
      return 'the last read is not yet paid for within maxOverhead';
    return this.#units(moment) < this.#neededUnits(moment) ? 'too few units since the last read' : null;
  }

  #neededUnits({ pace, triggered, neededUnits }: ReadMoment): number {
    if (pace === 'prove') return PROVE_UNITS;
    // A heartbeat has its own count.
    return pace === 'watch' && !triggered ? 0 : neededUnits;
  }

  #watch(moment: ReadMoment): ReadDecision {
    if (moment.triggered) return { due: true, why: 'trigger' };
    const due = moment.nowMs - this.#lastMs >= HEARTBEAT_MS && this.#units(moment) >= HEARTBEAT_UNITS;
    return due ? { due, why: 'heartbeat' } : { due, why: 'nothing suspect, heartbeat not due' };
  }

  #units({ units }: ReadMoment): number {
    return units - this.#lastUnits;
  }

  /** What of the charges has not been earned by the time since. */
  #owed(nowMs: number): number {
    return Math.max(this.#owedMs - (nowMs - this.#lastMs) * this.#options.maxOverhead, 0);
  }
}
