import { performance } from 'node:perf_hooks';
import { BlockMinimum, type FloorReading, processRuntime, type Runtime } from '@leakguard/core/isolate';
import type { IsolateMeter } from '../child/isolate-watch.ts';
import type { AnyProcessor } from '../child/load-processor.ts';
import { FloorSchedule } from './floor-schedule.ts';
import { JobCounts } from './job-counts.ts';
import type { MeterMessage } from './measure-messages.ts';
import { SiteWatch } from './site-watch.ts';
import { type FloorWish, NO_WISH, onWish } from './wishes.ts';

/** Natural floors per block: floating garbage pushes one up, never down. */
const BLOCK = 3;

/** Beside a step of this size a page of garbage is nothing, and the heap is large: one GC is exact enough. */
const ROUGH_BYTES = 8 * 2 ** 20;

/** What the guard in the parent says of itself; see `isolateSettings`. */
interface MeterSettings {
  prove: boolean;
  maxOverhead: number;
  minTotalBytes: number;
  maxScopes: number;
  profiler: boolean;
}

/** All that a meter takes from its isolate; tests have their own. */
export interface MeterHost {
  runtime: Pick<Runtime, 'watchMajorGcs' | 'canForceGc' | 'forceGc' | 'now' | 'sampler'>;
  /** Milliseconds in which the event loop was not idle. */
  busyMs(): number;
  /** Runs it when what now runs has ended. */
  soon(run: () => void): void;
  /** Calls back with every wish of the parent. */
  onWish(run: (wish: FloorWish) => void): void;
}

/**
 * Measures jobs from inside of the isolate that runs them, one at a time: how many of each name, and what is alive after
 * a full GC now and then, between two jobs, when nothing is in flight. Per job it counts, and reads nothing.
 *
 * @param send takes a message to the `IsolateFeeds` in the parent
 * @param options of the guard in the parent, see `isolateSettings`; what is missing has its default
 * @param processor does the jobs: what it called is told from what called it
 */
export function meterIsolate(
  send: (message: unknown) => void,
  options: Readonly<Record<string, unknown>>,
  processor: AnyProcessor,
): IsolateMeter {
  return new Meter(processHost(), send, settingsIn(options), processor);
}

/** A meter on a host of the caller's. */
export function meterOn(
  host: MeterHost,
  send: (message: MeterMessage) => void,
  options: Readonly<Record<string, unknown>>,
  processor: AnyProcessor,
): IsolateMeter {
  return new Meter(host, send, settingsIn(options), processor);
}

class Meter implements IsolateMeter {
  readonly #host: MeterHost;
  readonly #send: (message: MeterMessage) => void;
  readonly #minTotalBytes: number;
  readonly #counts: JobCounts;
  readonly #schedule: FloorSchedule;
  readonly #sites: SiteWatch;
  readonly #natural = new BlockMinimum<{ value: number; message: MeterMessage }>(BLOCK);
  readonly #canForce: boolean;
  #isBusy = false;
  #isPending = false;
  /** Jobs and live bytes at the last floor. */
  #last: { jobs: number; liveBytes: number } | null = null;
  /** Counts at the natural major GC whose floor is about to come. */
  #frozen: [string, number][] = [];
  #wish = NO_WISH;
  #hasRisen = false;

  constructor(
    host: MeterHost,
    send: (message: MeterMessage) => void,
    settings: MeterSettings,
    processor: AnyProcessor,
  ) {
    this.#host = host;
    this.#send = send;
    this.#minTotalBytes = settings.minTotalBytes;
    this.#counts = new JobCounts(settings.maxScopes);
    this.#schedule = new FloorSchedule({
      ...settings,
      busyMs: () => host.busyMs(),
      nowMs: () => host.runtime.now(),
    });
    this.#canForce = host.runtime.canForceGc();
    if (!this.#canForce) this.#lackGc();
    const profiler = settings.profiler && this.#canForce;
    this.#sites = new SiteWatch({ ...settings, profiler, sampler: host.runtime.sampler, processor });
    host.runtime.watchMajorGcs(
      (reading) => this.#naturalFloor(reading),
      () => {
        this.#frozen = this.#counts.pairs;
      },
    );
    host.onWish((wish) => {
      this.#wish = wish;
      this.#schedule.keepsToBudget = wish.inBudget;
      this.#sites.want(wish.closer, this.#counts.total);
      this.#suspect();
    });
  }

  jobBegan(): void {
    this.#isBusy = true;
  }

  jobEnded(name: string): void {
    this.#isBusy = false;
    this.#counts.add(name);
    if (this.#isPending || !this.#canForce || !this.#schedule.isDue(this.#counts.total)) return;
    this.#isPending = true;
    // The job is still on the stack of the caller, and with it all that it holds.
    this.#host.soon(() => {
      this.#isPending = false;
      // Another job has begun: its end is the next moment at which nothing is in flight.
      if (!this.#isBusy) this.#force();
    });
  }

  retire(): void {
    if (this.#canForce && this.#counts.total > (this.#last?.jobs ?? 0)) this.#force({ isLast: true });
  }

  #force({ isLast } = { isLast: false }): void {
    const rough = (this.#last?.liveBytes ?? Number.POSITIVE_INFINITY) + ROUGH_BYTES;
    const { total } = this.#counts;
    const reading = exactFloor(() => this.#host.runtime.forceGc(), rough);
    if (reading === null) return;
    const { survivors, disturbed, pauseMs } = this.#sites.afterFloor(total, isLast);
    const liveBytes = liveBytesOf(reading);
    const { beyondBudget } = this.#schedule;
    this.#schedule.took(total, { liveBytes, pauseMs: reading.pauseMs + pauseMs });
    this.#hasRisen = this.#isRisen(liveBytes);
    this.#last = { jobs: total, liveBytes };
    this.#suspect();
    this.#send({ type: 'floor', reading, counts: this.#counts.pairs, beyondBudget, survivors, disturbed });
  }

  /**
   * A natural GC falls into the middle of a job: its floor holds that job. As a sign that something grows the least of
   * three is good enough; where no GC can be forced it has to do as a floor.
   */
  #naturalFloor(reading: FloorReading): void {
    const message: MeterMessage = { type: 'floor', reading, counts: this.#frozen };
    const value = liveBytesOf(reading);
    this.#schedule.natural(value);
    const least = this.#natural.push({ value, message });
    if (least === null) return;
    if (!this.#canForce) this.#send(least.message);
    else if (this.#isRisen(least.value)) {
      this.#hasRisen = true;
      this.#suspect();
    }
  }

  #isRisen(liveBytes: number): boolean {
    return this.#last !== null && liveBytes > this.#last.liveBytes + this.#minTotalBytes;
  }

  #suspect(): void {
    this.#schedule.isSuspicious = this.#wish.closer || this.#hasRisen;
  }

  #lackGc(): void {
    this.#send({
      type: 'lacks',
      reason:
        'isolates cannot force a GC here, so that floors are rare and hold a job; start them with --expose-gc',
    });
  }
}

/** Heap and Buffers. */
function liveBytesOf({ heapBytes, externalBytes }: FloorReading): number {
  return heapBytes + externalBytes;
}

/**
 * The lower of two forced floors. Where jobs leave much behind, one GC in eight leaves up to a page (256 KB) more counted
 * than is alive, independently of the GC before (Node 20: 17 and 23 of 150, never both): beside a noise of 2 KB that
 * costs far more evidence than the double pause.
 *
 * @param rough live bytes from which on one GC has to do
 */
function exactFloor(force: () => FloorReading | null, rough: number): FloorReading | null {
  const one = force();
  if (one === null || liveBytesOf(one) >= rough) return one;
  const other = force();
  if (other === null) return one;
  return {
    ...other,
    heapBytes: Math.min(one.heapBytes, other.heapBytes),
    oldSpaceBytes: Math.min(one.oldSpaceBytes, other.oldSpaceBytes),
    pauseMs: one.pauseMs + other.pauseMs,
  };
}

function processHost(): MeterHost {
  return {
    runtime: processRuntime(),
    busyMs: () => performance.eventLoopUtilization().active,
    soon: (run) => void setImmediate(run),
    onWish,
  };
}

function settingsIn(options: Readonly<Record<string, unknown>>): MeterSettings {
  const number = (value: unknown, otherwise: number): number =>
    typeof value === 'number' && value >= 0 ? value : otherwise;
  return {
    prove: options.level === 'prove',
    maxOverhead: number(options.maxOverhead, 0.01),
    minTotalBytes: number(options.minTotalBytes, 2 ** 20),
    maxScopes: number(options.maxScopes, 500),
    profiler: options.profiler !== false,
  };
}
