import type { VerdictChange } from './decide/verdict-log.ts';
import type { Detector } from './detector.ts';
import { isForcedGcDue, isIdleGcDue } from './forced-gc-schedule.ts';
import type { FloorReading, Runtime } from './internal-types.ts';
import { TICK_MS } from './measure/active-clock.ts';
import type { ResolvedOptions } from './options.ts';
import type { SiteRead } from './site-reader.ts';

/** How often it is looked whether the profiler is to be started or read. */
const READ_TICK_MS = 1000;
/** How often `prove` and `idleGc` look whether a GC is due. */
const FORCE_TICK_MS = 50;
const IDLE_TICK_MS = 1000;

/** What a guard does about what is observed. */
export interface ObservationHooks {
  /** Background work never throws into a timer or an observer: that would end the host. */
  contained(work: () => void): void;
  /** A floor or a read changed verdicts; also called with none. */
  changed(changes: VerdictChange<number>[]): void;
  /** The profiler was read because that was due, and its stacks are placed. */
  read(read: SiteRead): void;
  /** Something the operator should know. */
  notice(message: string): void;
}

/**
 * Feeds a detector from a runtime: floors of natural major GCs, GCs that it forces and reads of the profiler where level and
 * options want them. Nothing of it keeps the process alive.
 */
export class Observation {
  readonly #options: ResolvedOptions;
  readonly #runtime: Runtime;
  readonly #detector: Detector;
  readonly #hooks: ObservationHooks;
  readonly #stops: (() => void)[] = [];
  #lastMajorMs: number;
  #lastPauseMs = 0;
  #unitsAtForced = 0;
  #isLossTold = false;

  constructor(options: ResolvedOptions, runtime: Runtime, detector: Detector, hooks: ObservationHooks) {
    this.#options = options;
    this.#runtime = runtime;
    this.#detector = detector;
    this.#hooks = hooks;
    this.#lastMajorMs = detector.clock.now();
  }

  start(): void {
    const { level, idleGc } = this.#options;
    const { contained } = this.#hooks;
    this.#stops.push(
      this.#runtime.watchMajorGcs(
        (reading) => contained(() => this.#natural(this.#inActiveTime(reading))),
        () => contained(() => this.#detector.majorGc()),
        (ms) => this.#detector.meter.charge(ms),
        (startMs, endMs) => this.#detector.spikes.gc(startMs, endMs),
      ),
    );
    this.every(TICK_MS, () => this.#detector.clock.tick());
    if (level === 'prove' || idleGc) this.#warnWithoutGc();
    this.#startProfiler();
    if (level === 'prove') this.every(FORCE_TICK_MS, () => this.#forceIfDue());
    else this.every(READ_TICK_MS, () => this.#readIfDue());
    if (level !== 'prove' && idleGc) this.every(IDLE_TICK_MS, () => this.#forceIfIdle());
  }

  /** Contained work that is done again and again until the observation stops. */
  every(ms: number, run: () => void): void {
    this.#stops.push(this.#runtime.every(ms, () => this.#hooks.contained(run)));
  }

  stop(): void {
    this.#runtime.sampler.stop();
    this.#detector.sites.stop();
    for (const stop of this.#stops.splice(0)) stop();
  }

  /** Reads the profiler, or else forces a GC. @returns false where neither can be */
  async forceFloor(): Promise<boolean> {
    return (await this.readNow()) !== null || this.#force();
  }

  /** Reads the profiler now, due or not, and gives it when its stacks are placed; null where it does not run. */
  readNow(): Promise<SiteRead | null> {
    this.#detector.reads.start(true);
    return new Promise((resolve) => {
      const read = this.#take(
        (onPlaced) => this.#detector.reads.readNow(onPlaced),
        (placed) => resolve(placed),
      );
      if (read === null) resolve(null);
    });
  }

  /** Said at once: whoever asked for forced GCs would otherwise wait for verdicts that come late or never. */
  #warnWithoutGc(): void {
    if (this.#runtime.canForceGc()) return;
    const asked = this.#options.level === 'prove' ? "level 'prove'" : 'option idleGc';
    this.#hooks.notice(`${asked} cannot force a GC here; start Node with --expose-gc`);
  }

  #forceIfDue(): void {
    const { totalUnits } = this.#detector.ledger;
    const due = isForcedGcDue({
      nowMs: this.#detector.clock.now(),
      lastMs: this.#lastMajorMs,
      lastPauseMs: this.#lastPauseMs,
      unitsSinceLast: totalUnits - this.#unitsAtForced,
    });
    if (due && !this.#readIfDue()) this.#force();
  }

  #forceIfIdle(): void {
    const due = isIdleGcDue({
      nowMs: this.#detector.clock.now(),
      lastMajorMs: this.#lastMajorMs,
      lastPauseMs: this.#lastPauseMs,
      inFlight: this.#detector.ledger.inFlight,
      heapUsedBytes: this.#runtime.readMemory().heapUsedBytes,
    });
    if (due) this.#force();
  }

  /** @returns false where no GC can be forced */
  #force(): boolean {
    const measured = this.#runtime.forceGc();
    if (measured === null) return false;
    const reading = this.#inActiveTime(measured);
    this.#detector.meter.charge(reading.pauseMs);
    this.#forced(reading);
    return true;
  }

  /** @returns true if it was read and that forced a GC */
  #readIfDue(after: FloorReading | null = null): boolean {
    this.#startProfiler();
    const read = this.#take(
      (onPlaced) => this.#detector.reads.readIfDue(after, onPlaced),
      (placed) => this.#hooks.contained(() => this.#hooks.read(placed)),
    );
    return read?.reading.floor.forced === true;
  }

  /** Takes in the floor of a read now, and what its stacks tell when they are placed. */
  #take(
    read: (onPlaced: () => void) => SiteRead | null,
    onPlaced: (read: SiteRead) => void,
  ): SiteRead | null {
    let taken: SiteRead | null = null;
    let isPlaced = false;
    const finish = (placed: SiteRead): void => {
      onPlaced(placed);
      this.#tellUnparsed();
      this.#hooks.contained(() => this.#hooks.changed(this.#detector.placed()));
    };
    taken = read(() => {
      isPlaced = true;
      if (taken !== null) finish(taken);
    });
    if (taken === null) return null;
    const { floor } = taken.reading;
    if (floor.forced) this.#forced(this.#inActiveTime(floor));
    if (isPlaced) finish(taken);
    return taken;
  }

  /** Files whose functions have no names but V8's, for which no closure is told by what is around it. */
  #tellUnparsed(): void {
    const { maxPause } = this.#options;
    for (const path of this.#detector.sites.takeUnparsed())
      this.#hooks.notice(
        `${path} is not parsed, which would stop the program for longer than maxPause (${maxPause} ms): its closures are told without the functions around them`,
      );
  }

  /** When its time has come. Whoever counts on names of functions is told once that there will be none. */
  #startProfiler(): void {
    this.#detector.reads.start();
    const { unavailable } = this.#detector.reads.reader;
    if (unavailable === null || this.#isLossTold || this.#options.profiler === false) return;
    this.#isLossTold = true;
    this.#hooks.notice(`no functions can be named (channel sites): ${unavailable}`);
  }

  /** Where a read forces no GC it comes with a natural one. */
  #natural(floor: FloorReading): void {
    if (!this.#readIfDue(floor)) this.#floor(floor);
  }

  /** A process may also be stopped in the middle of a GC, which then seems to have paused it for hours. */
  #inActiveTime(reading: FloorReading): FloorReading {
    const { clock } = this.#detector;
    const timeMs = clock.at(reading.timeMs);
    return { ...reading, timeMs, pauseMs: timeMs - clock.at(reading.timeMs - reading.pauseMs) };
  }

  #forced(reading: FloorReading): void {
    this.#unitsAtForced = this.#detector.ledger.totalUnits;
    this.#floor(reading);
  }

  #floor(reading: FloorReading): void {
    this.#lastMajorMs = reading.timeMs;
    this.#lastPauseMs = reading.pauseMs;
    this.#hooks.changed(this.#detector.floor(reading));
  }
}
