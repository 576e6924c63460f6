import type { Child } from 'bullmq';
import { childName, hasEnded } from '../bullmq-internals.ts';
import type { Crash } from '../quarantine.ts';

/** An isolate that is due goes on until its replacement is ready, up to this multiple of the maximum. */
const OVERSHOOT = 2;

/** Who an isolate is, for people. Its id is the child's own, read while it lived. */
export interface IsolateName {
  kind: 'process' | 'thread';
  id: number;
}

/** One child process or worker thread of the pool. */
export class Isolate {
  readonly child: Child;
  readonly name: IsolateName;
  /** Jobs after which it is due. */
  readonly limit: number;
  readonly #hardLimit: number;
  /** Jobs it finished. */
  jobs = 0;
  /** The job it has, as the worker knows it. */
  job: object | null = null;
  /** Whether that job has reached its processor. */
  hasBegun = false;
  /** Last reading of its memory. */
  heapBytes: number | null = null;
  isAboveHeapLimit = false;
  /** When that was first so: jobs it had finished before, and the bytes after a GC. */
  firstAbove: { jobs: number; heapBytes: number } | null = null;
  /** True where it held more than the limit before its first job. */
  startedAbove = false;
  /** CPU that starting it took, and its jobs since then; null until it said so. */
  bootCpuMs: number | null = null;
  jobsCpuMs: number | null = null;
  /** True once it said that it will exit, for an exception was thrown that nobody caught. */
  isDoomed = false;
  /** How it ended, set when it has; a crash where it had a job, for it is told to leave only without one. */
  crash: Crash | null = null;

  constructor(child: Child, limit: number, maxJobs: number) {
    this.child = child;
    this.name = childName(child);
    this.limit = limit;
    this.#hardLimit = maxJobs <= 1 ? limit : maxJobs * OVERSHOOT;
  }

  /** False as soon as it shall get no job. */
  get isAlive(): boolean {
    return !this.isDoomed && !hasEnded(this.child);
  }

  /** How many jobs are left; below zero while it waits for its replacement. */
  get remaining(): number {
    return this.limit - this.jobs;
  }

  /** True when it shall not get another job, if there is any other way. */
  get isSpent(): boolean {
    return this.jobs >= this.#hardLimit;
  }
}
