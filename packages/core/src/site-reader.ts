import { type ReadHindrance, type ReadPace, ReadSchedule } from './decide/read-schedule.ts';
import type { AllocationReading, FloorReading, Runtime } from './internal-types.ts';
import { ReadCost } from './measure/read-cost.ts';
import { samplingIntervalBytes } from './measure/sampling-interval.ts';
import type { ResolvedOptions } from './options.ts';

/** What boots allocates much that stays, and a tool that wants the profiler for itself has started by then. */
const START_AFTER_MS = 30_000;

/** Units between two reads below which the second would tell nothing new. */
const NEEDED_UNITS = 2000;

/** The process as a read would find it; `nowMs` on the detector's clock. */
export interface ReadNeed {
  nowMs: number;
  units: number;
  pace: ReadPace;
  /** The floors rise so that it could matter, or something is suspect. */
  triggered: boolean;
  /** The floor of a natural major GC that has just been, null at other times. */
  after: FloorReading | null;
}

/** What a read is asked for with. */
export interface ReadRequest extends Pick<ReadNeed, 'nowMs' | 'units' | 'after'> {
  isOnDemand: boolean;
}

/** One read of the profiler. */
export interface SiteRead {
  reading: AllocationReading;
  /** Grows until it is placed. */
  cost: ReadCost;
  /** Milliseconds that the profiler had run by then: what was allocated before is not in it. */
  sampledMs: number;
  /** Somebody asked for it and waits, schedule or not. */
  isOnDemand: boolean;
}

/** V8's heap profiler of this isolate: started when its time has come, read when that is due and paid for. */
export class SiteReader {
  reads = 0;
  /** Why the last question for a read was answered with no, null if it was not. */
  hindrance: ReadHindrance | null = null;
  readonly #options: ResolvedOptions;
  readonly #runtime: Runtime;
  readonly #startMs: number;
  #schedule: ReadSchedule | null = null;
  #startedMs = 0;

  constructor(options: ResolvedOptions, runtime: Runtime, startMs: number) {
    this.#options = options;
    this.#runtime = runtime;
    this.#startMs = startMs;
  }

  /** Why there is no profiler, null while it runs and before it was started. */
  get unavailable(): string | null {
    return this.#options.profiler === false
      ? 'switched off (option profiler)'
      : this.#runtime.sampler.unavailable;
  }

  get isRunning(): boolean {
    return this.#runtime.sampler.isRunning;
  }

  /** Bytes per sample on average. */
  get intervalBytes(): number {
    return samplingIntervalBytes(this.#options.level);
  }

  /** @returns true if the profiler was started now */
  startIfDue(nowMs: number, units: number): boolean {
    const isTime = this.#options.level === 'prove' || nowMs - this.#startMs >= START_AFTER_MS;
    return isTime && this.start(nowMs, units);
  }

  /** Starts it whatever the time; one that could not start is not tried again. @returns true if it was started now */
  start(nowMs: number, units: number): boolean {
    const { profiler, maxOverhead, maxPause, maxHeapForReads } = this.#options;
    if (this.#schedule !== null || profiler === false) return false;
    this.#schedule = new ReadSchedule({
      ...{ maxOverhead, maxPauseMs: maxPause, maxHeapForReadsBytes: maxHeapForReads },
      ...{ startMs: nowMs, startUnits: units },
    });
    this.#startedMs = nowMs;
    this.#runtime.sampler.start(this.intervalBytes);
    return this.isRunning;
  }

  isDue({ after, ...need }: ReadNeed): boolean {
    const { sampler } = this.#runtime;
    if (this.#schedule === null || !sampler.isRunning) return false;
    const withoutGc = sampler.readsWithoutGc && after !== null;
    // Where a read can come with the next natural GC it waits for that; at `prove` GCs are forced anyway.
    if (sampler.readsWithoutGc && !withoutGc && need.pace !== 'prove') return false;
    const heapUsedBytes = this.#runtime.heapUsedBytes();
    const decision = this.#schedule.decide({ ...need, heapUsedBytes, neededUnits: NEEDED_UNITS, withoutGc });
    this.hindrance = decision.due ? null : decision.why;
    return decision.due;
  }

  /** Reads now, due or not; null where the profiler does not run or was lost. */
  read({ nowMs, units, after, isOnDemand }: ReadRequest): SiteRead | null {
    const cost = new ReadCost(this.#runtime);
    const heapUsedBytes = this.#runtime.heapUsedBytes();
    const reading = cost.turn(() => this.#runtime.sampler.read(after ?? undefined));
    if (reading === null) return null;
    this.reads += 1;
    const { pauseMs } = reading;
    const { forced } = reading.floor;
    cost.noteRead({ forced, pauseMs });
    this.#schedule?.noteRead({ nowMs, units, heapUsedBytes, pauseMs, forced, isOnDemand });
    return { reading, cost, sampledMs: nowMs - this.#startedMs, isOnDemand };
  }

  /** So much of its cost has come to the last read, milliseconds. */
  charge(ms: number): void {
    this.#schedule?.charge(ms);
  }
}
