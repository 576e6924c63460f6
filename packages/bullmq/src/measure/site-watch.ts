import {
  type AllocationSampler,
  type SurvivingStacks,
  samplingIntervalBytes,
  survivingStacks,
} from '@leakguard/core/isolate';
import type { AnyProcessor } from '../child/load-processor.ts';

/**
 * Jobs until the first read, and how much later each next one comes: when there is twice as much to see. A read costs
 * the evidence of one step between floors: the next floor lies up to 120 KB beside the line on which others lie within 2
 * KB (Node 20; also where every floor comes with a read they are up to 10 KB off). Its start moves one by 4 to 40 KB, its
 * stop by nothing.
 */
const FIRST_JOBS = 200;
const WIDENING = 2;

/** Jobs since the profiler was started below which the isolate's last read would tell nothing. */
const LEAST_JOBS = 20;

export interface SiteWatchOptions {
  sampler: Pick<AllocationSampler, 'start' | 'stop' | 'read' | 'locate' | 'isRunning'>;
  /** Does the jobs. */
  processor: AnyProcessor;
  /** From the first job on, and finer. */
  prove: boolean;
  /** False: V8's profiler is left alone. */
  profiler: boolean;
}

/** What there is to say beside a floor. */
interface AfterFloor {
  survivors: SurvivingStacks | null;
  /** This floor cannot be compared with the one before. */
  disturbed: boolean;
  /** How long the isolate stopped for a read. */
  pauseMs: number;
}

/**
 * Who allocated what stays in an isolate, by V8's heap profiler: at `prove` from the first job on, else only while the
 * parent has a suspect. Read right after a floor now and then, and when the isolate retires.
 */
export class SiteWatch {
  readonly #options: SiteWatchOptions;
  /** Jobs when it was started, null while it is not wanted. One that could not start counts as started: it is not tried again. */
  #startJobs: number | null = null;
  #nextJobs = 0;
  #isDisturbed = false;

  constructor(options: SiteWatchOptions) {
    this.#options = options;
    if (options.prove) this.#start(0);
    // There is no floor that it could have moved.
    this.#isDisturbed = false;
  }

  /** Whether the parent has a suspect. */
  want(wanted: boolean, jobs: number): void {
    if (this.#options.prove) return;
    if (wanted) this.#start(jobs);
    else this.#stop();
  }

  /** A floor was taken between two jobs, for `isLast` the last one of this isolate. */
  afterFloor(jobs: number, isLast: boolean): AfterFloor {
    const disturbed = this.#isDisturbed;
    this.#isDisturbed = false;
    return { survivors: null, pauseMs: 0, ...(this.#isDue(jobs, isLast) && this.#read(jobs)), disturbed };
  }

  #isDue(jobs: number, isLast: boolean): boolean {
    if (this.#startJobs === null || !this.#options.sampler.isRunning) return false;
    return isLast ? jobs >= this.#startJobs + LEAST_JOBS : jobs >= this.#nextJobs;
  }

  #read(jobs: number): Pick<AfterFloor, 'survivors' | 'pauseMs'> | null {
    const { sampler, processor } = this.#options;
    this.#nextJobs = Math.max(jobs + FIRST_JOBS, WIDENING * jobs);
    this.#isDisturbed = true;
    const reading = sampler.read();
    if (reading === null) return null;
    return { survivors: survivingStacks(reading, sampler.locate(processor)), pauseMs: reading.pauseMs };
  }

  #start(jobs: number): void {
    const { sampler, prove, profiler } = this.#options;
    if (this.#startJobs !== null || !profiler) return;
    this.#startJobs = jobs;
    this.#nextJobs = jobs + FIRST_JOBS;
    this.#isDisturbed = true;
    sampler.start(samplingIntervalBytes(prove ? 'prove' : 'auto'));
  }

  #stop(): void {
    if (this.#startJobs === null) return;
    this.#startJobs = null;
    this.#options.sampler.stop();
  }
}
