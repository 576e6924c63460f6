import { type Guard, type GuardOptions, LeakguardError } from '@leakguard/core';
import { byteSize } from '@leakguard/core/adapter';

/** What a `GuardedWorker` takes beside every option of BullMQ's `Worker`. */
export interface RecyclingOptions {
  /**
   * Jobs after which an isolate (child process or worker thread of a processor file; the process itself for a processor
   * function) is recycled: its replacement starts first, then it leaves between two jobs. Until the replacement is ready it
   * goes on working, to at most twice the limit; 1 is strict, each job gets a fresh isolate. Of several workers with functions
   * in one process each counts its own jobs, and the first that reaches its limit has the process replaced. @default 0, which
   * is off (0 to 1e9)
   */
  maxJobsPerWorker?: number;
  /** Part of `maxJobsPerWorker` by which the limit of each isolate is lowered at random, so that they do not leave together. @default 0.1 (0 to 0.9) */
  maxJobsJitter?: number;
  /**
   * Heap plus external memory (Buffers) of an isolate above which it is recycled, bytes or '512MB'. Read after each job; if
   * above, one GC in that isolate and a second reading decide. @default off (1 MB or more)
   */
  maxHeapPerWorker?: number | string;
  /** Jobs before which memory does not recycle an isolate: recycling every few jobs would cost more than the leak. @default 20, or `maxJobsPerWorker` if that is less */
  minJobsPerWorker?: number;
  /** Spare isolates started ahead of the limit, 0 or 1. With 0 the replacement starts at the limit. @default 1 */
  prewarm?: number;
  /** Milliseconds an isolate may take to load the processor file. @default 30000 (100 to 600,000) */
  childInitTimeout?: number;
  /** Milliseconds that `close()` waits for running jobs and for Redis. @default 25000 (0 to 86,400,000) */
  shutdownTimeout?: number;
  /** A job that kills its isolate (out of memory, crash) this many times is moved to failed and not tried again. @default 0, which is off (0 to 1,000) */
  quarantineAfter?: number;
  /**
   * How a processor function is recycled, which cannot leave its own process. `auto`: by `leakguard run` or `superviseWorkers`.
   * `exit`: the workers of the process close and it exits with 0, for an orchestrator that starts it again. @default 'auto'
   */
  recycle?: 'auto' | 'exit';
  /** The guard that counts the jobs. @default the process's shared guard */
  guard?: Guard;
  /** Options of the shared guard; not together with `guard`. */
  leakGuard?: GuardOptions;
}

/** {@link RecyclingOptions} after defaults and checks, without the guard's. */
export interface ResolvedRecycling {
  /** 0: off. */
  maxJobs: number;
  jitter: number;
  /** Null: off. */
  maxHeapBytes: number | null;
  minJobs: number;
  prewarm: 0 | 1;
  childInitTimeoutMs: number;
  shutdownTimeoutMs: number;
  /** 0: off. */
  quarantineAfter: number;
  recycle: 'auto' | 'exit';
}

const MIN_HEAP_BYTES = 1_048_576;
const DEFAULT_MIN_JOBS = 20;
const DAY_MS = 86_400_000;

/** What only isolates have, with its defaults: given for a processor function, another value is refused. */
const OF_ISOLATES = { prewarm: 1, childInitTimeout: 30_000, quarantineAfter: 0 } as const;

/**
 * Checks the options and fills in defaults.
 *
 * @throws LeakguardError `ERR_LEAKGUARD_OPTION` with the option, its value and what is allowed
 */
export function resolveRecycling(given: RecyclingOptions): ResolvedRecycling {
  const { maxJobsPerWorker = 0, maxJobsJitter = 0.1, shutdownTimeout = 25_000, recycle = 'auto' } = given;
  const {
    prewarm = OF_ISOLATES.prewarm,
    childInitTimeout = OF_ISOLATES.childInitTimeout,
    quarantineAfter = OF_ISOLATES.quarantineAfter,
  } = given;
  const maxJobs = whole('maxJobsPerWorker', maxJobsPerWorker, 0, 1e9);
  return {
    maxJobs,
    jitter: within('maxJobsJitter', maxJobsJitter, 0, 0.9),
    maxHeapBytes: given.maxHeapPerWorker === undefined ? null : heapSize(given.maxHeapPerWorker),
    minJobs: resolveMinJobs(given.minJobsPerWorker, maxJobs),
    prewarm: whole('prewarm', prewarm, 0, 1) as 0 | 1,
    childInitTimeoutMs: within('childInitTimeout', childInitTimeout, 100, 600_000),
    shutdownTimeoutMs: within('shutdownTimeout', shutdownTimeout, 0, DAY_MS),
    quarantineAfter: whole('quarantineAfter', quarantineAfter, 0, 1000),
    recycle: resolveRecycle(recycle),
  };
}

const OWN_PROCESSOR =
  'left out for a processor function, which has no isolate to end (give the path of a processor file to run jobs in isolates)';

/**
 * Refuses what was given and could have no effect for this kind of processor: somebody relies on it.
 *
 * @throws LeakguardError `ERR_LEAKGUARD_OPTION`
 */
export function refuseWithoutEffect(given: RecyclingOptions, hasFile: boolean): void {
  if (hasFile) {
    if (given.recycle === 'exit')
      refuse(
        'recycle',
        'exit',
        'left out for a processor file: its isolates are recycled, the process stays',
      );
    return;
  }
  for (const option of Object.keys(OF_ISOLATES) as (keyof typeof OF_ISOLATES)[])
    if ((given[option] ?? OF_ISOLATES[option]) !== OF_ISOLATES[option])
      refuse(option, given[option], OWN_PROCESSOR);
  // A limit of 0 is given: it was turned off on purpose, perhaps for this host only.
  const hasLimit = given.maxJobsPerWorker !== undefined || given.maxHeapPerWorker !== undefined;
  if (given.recycle === 'exit' && !hasLimit)
    refuse('recycle', 'exit', 'given together with maxJobsPerWorker or maxHeapPerWorker, which say when');
}

function resolveMinJobs(value: number | undefined, maxJobs: number): number {
  const most = maxJobs === 0 ? 1e9 : maxJobs;
  if (value === undefined) return Math.min(DEFAULT_MIN_JOBS, most);
  if (maxJobs !== 0 && value > maxJobs)
    refuse('minJobsPerWorker', value, `at most maxJobsPerWorker, which is ${maxJobs}`);
  return whole('minJobsPerWorker', value, 1, most);
}

function resolveRecycle(value: unknown): 'auto' | 'exit' {
  return value === 'auto' || value === 'exit' ? value : refuse('recycle', value, "'auto' or 'exit'");
}

function heapSize(value: unknown): number {
  const size = byteSize(value);
  if (size !== null && size >= MIN_HEAP_BYTES) return size;
  return refuse('maxHeapPerWorker', value, "a size of 1 MB or more: bytes, or text such as '512MB'");
}

function whole(option: string, value: unknown, min: number, max: number): number {
  if (Number.isInteger(value)) return within(option, value, min, max);
  return refuse(option, value, `a whole number from ${min} to ${max}`);
}

function within(option: string, value: unknown, min: number, max: number): number {
  if (typeof value === 'number' && value >= min && value <= max) return value;
  return refuse(option, value, `a number from ${min} to ${max}`);
}

const LONGEST_SHOWN = 100;

/** Throws `ERR_LEAKGUARD_OPTION` for what a worker was made with. */
export function refuse(option: string, value: unknown, allowed: string): never {
  throw new LeakguardError(
    'ERR_LEAKGUARD_OPTION',
    `GuardedWorker: ${option} must be ${allowed}, got ${shown(value)}`,
  );
}

/** Never throws, as `String` does for objects without a prototype. */
function shown(value: unknown): string {
  try {
    const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
    return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
  } catch {
    return typeof value;
  }
}
