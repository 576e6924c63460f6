import { LeakguardError } from '@leakguard/core';
import { heapBytes } from './child/heap-bytes.ts';
import { HeapLimit } from './child/heap-limit.ts';
import type { ResolvedRecycling } from './options.ts';
import type { RecycleCause } from './pool/pool-options.ts';
import { askForReplacement, isReplacementDue, isSupervised, supervisedSlot } from './supervise/supervised.ts';
import { baselineText, type WarnOnce } from './warn-once.ts';

/** What recycling the whole process needs of its worker. */
export interface ProcessHost {
  /** `recycle: 'exit'`: everything drains, then the process exits. */
  drainAndExit(cause: RecycleCause, jobs: number, heapBytes: number): void;
  /** A supervisor was asked for a replacement, and lets this process drain when that is ready. */
  asked(cause: RecycleCause): void;
  /** True for the first worker of the process that asks. */
  claimsProcess(): boolean;
  random(): number;
  nowMs(): number;
  warnings: WarnOnce;
}

/** Both ways out, each one line. */
function cannotKeep(option: string, value: number): never {
  throw new LeakguardError(
    'ERR_LEAKGUARD_OPTION',
    `GuardedWorker: ${option} (${value}) cannot be kept here: a processor function shares its process and cannot be recycled inside of it.
  Either start the program under leakguard:   npx leakguard run worker.js
  or let it exit for an orchestrator:         recycle: 'exit'
Or give the path of a processor file instead of a function: BullMQ then runs it in isolates of its own, and neither is needed.`,
  );
}

/** The number is the protocol between copies of this module: ESM, CommonJS, installed twice. */
const CLAIMED = Symbol.for('leakguard.bullmq.process-recycling/1');

const host = globalThis as typeof globalThis & { [CLAIMED]?: true };

/** True for the first that asks: one process is replaced once, whichever of its workers reach their limits. */
export function claimsProcess(): boolean {
  if (host[CLAIMED]) return false;
  Object.defineProperty(host, CLAIMED, { value: true, enumerable: false });
  return true;
}

/**
 * The limits of one worker with a processor function. Its process is replaced, once, when the first of its workers reaches
 * its limit: jobs are counted per worker, memory is that of the process, whoever looks.
 */
export class InProcessRecycling {
  readonly #options: ResolvedRecycling;
  readonly #host: ProcessHost;
  readonly #heapLimit: HeapLimit | null;
  readonly #limit: number;
  #jobs = 0;
  #startMs: number | null = null;
  #isDue = false;

  /** Null where no limit is set; throws where one is and nobody could keep it. */
  static of(options: ResolvedRecycling, host: ProcessHost): InProcessRecycling | null {
    if (options.maxJobs === 0 && options.maxHeapBytes === null) return null;
    if (options.recycle !== 'exit' && !isSupervised()) {
      if (options.maxJobs !== 0) cannotKeep('maxJobsPerWorker', options.maxJobs);
      cannotKeep('maxHeapPerWorker', options.maxHeapBytes!);
    }
    return new InProcessRecycling(options, host);
  }

  private constructor(options: ResolvedRecycling, host: ProcessHost) {
    this.#options = options;
    this.#host = host;
    this.#heapLimit = heapLimitOf(options, host.warnings);
    this.#limit = processLimit(options, host.random());
  }

  /** Jobs that this worker has finished. */
  get jobs(): number {
    return this.#jobs;
  }

  jobBegan(): void {
    this.#startMs ??= this.#host.nowMs();
  }

  jobEnded(): void {
    this.#jobs += 1;
    if (this.#isDue) return;
    const cause = this.#cause();
    if (cause === null) return;
    this.#isDue = true;
    if (!this.#host.claimsProcess()) return;
    const held = heapBytes();
    if (this.#options.recycle === 'exit' && !isSupervised()) this.#host.drainAndExit(cause, this.#jobs, held);
    else {
      this.#host.asked(cause);
      askForReplacement(cause, { jobs: this.#jobs, heapBytes: held });
    }
  }

  #cause(): RecycleCause | null {
    const elapsedMs = this.#host.nowMs() - (this.#startMs ?? this.#host.nowMs());
    const progress = { jobs: this.#jobs, limit: this.#limit, elapsedMs };
    if (this.#limit < Number.POSITIVE_INFINITY && isReplacementDue(progress)) return 'jobs';
    if (this.#heapLimit === null || this.#jobs < this.#options.minJobs) return null;
    return this.#heapLimit.bytesAbove() === null ? null : 'heap';
  }
}

/** A supervisor spreads its workers over the limit; alone, a process has the jitter only. */
function processLimit({ maxJobs, jitter }: ResolvedRecycling, random: number): number {
  if (maxJobs === 0) return Number.POSITIVE_INFINITY;
  const share = Math.min(supervisedSlot()?.limitShare ?? 1, 1 - jitter * random);
  return Math.max(1, Math.round(maxJobs * share));
}

/** Null where memory recycles nothing: no limit, or one that the process was above before its first job. */
function heapLimitOf({ maxHeapBytes }: ResolvedRecycling, warnings: WarnOnce): HeapLimit | null {
  if (maxHeapBytes === null) return null;
  const limit = new HeapLimit(maxHeapBytes);
  const baselineBytes = limit.baselineBytes();
  if (baselineBytes <= maxHeapBytes) return limit;
  warnings.warn('LEAKGUARD_HEAP_BASELINE', baselineText('this process', baselineBytes, maxHeapBytes));
  return null;
}
