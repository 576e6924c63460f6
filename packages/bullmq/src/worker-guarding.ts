import type { Guard } from '@leakguard/core';
import { recordEvent, resolveAdapterOptions } from '@leakguard/core/adapter';
import type { Processor } from 'bullmq';
import { ActiveJobs } from './active-jobs.ts';
import { BoundedClose } from './bounded-close.ts';
import { abandon, type BullmqModule, UnknownBullmqError } from './bullmq-internals.ts';
import { heapBytes } from './child/heap-bytes.ts';
import type { RecycledEvent } from './events.ts';
import type { GuardedWorkerOptions } from './guarded-worker-types.ts';
import { claimsProcess, InProcessRecycling } from './in-process-recycling.ts';
import { JobCounter, type NamedJob } from './job-counter.ts';
import { IsolateFeeds } from './measure/isolate-feeds.ts';
import { type ResolvedRecycling, refuse, refuseWithoutEffect, resolveRecycling } from './options.ts';
import type { Isolate } from './pool/isolate.ts';
import { drainAndExit, joinProcess } from './process-drain.ts';
import { priceText } from './respawn-price.ts';
import { Sandbox } from './sandbox.ts';
import type { SandboxedJob } from './sandboxed-jobs.ts';
import type { DrainRequest } from './supervise/messages.ts';
import { isSupervised, onDrain, ready } from './supervise/supervised.ts';
import { WarnOnce } from './warn-once.ts';

/** How long `recycle: 'exit'` waits for running jobs: the default of a supervisor's `drainTimeout`. */
const EXIT_PATIENCE_MS = 600_000;
const TEXT = { adapter: 'GuardedWorker', scopeArgs: '()' };

/** What is done to the worker from here. */
export interface GuardedHost {
  name: string;
  opts: object;
  concurrency: number;
  emit(event: never, ...args: never[]): boolean;
  waitUntilReady(): Promise<unknown>;
  close(force?: boolean): Promise<void>;
}

export type AnyJob = NamedJob & SandboxedJob;

/**
 * All that a `GuardedWorker` adds to BullMQ's. Made before the worker, whose constructor already asks for the sandbox and
 * throws nothing away: options that are nonsense must throw before a connection is opened.
 */
export class WorkerGuarding {
  readonly active: ActiveJobs = new ActiveJobs();
  readonly #bullmq: BullmqModule;
  readonly #queue: string;
  readonly #opts: GuardedWorkerOptions;
  readonly #recycling: ResolvedRecycling;
  readonly #guard: Guard;
  readonly #counter: JobCounter;
  readonly #inProcess: InProcessRecycling | null;
  readonly #warnings = new WarnOnce();
  #worker!: GuardedHost;
  #close!: BoundedClose;
  #sandbox: Sandbox | null = null;
  #isAbandoned = false;
  #patienceMs = 0;
  /** Why the supervisor was asked for a replacement, and when. */
  #asked: { reason: RecycledEvent['reason']; atMs: number } | null = null;

  constructor(
    bullmq: BullmqModule,
    queue: string,
    processor: unknown,
    opts: GuardedWorkerOptions = {} as never,
  ) {
    this.#bullmq = bullmq;
    this.#queue = queue;
    this.#opts = opts;
    this.#recycling = resolveRecycling(opts);
    const isFunction = typeof processor === 'function';
    refuseWithoutEffect(opts, !isFunction && Boolean(processor));
    this.#inProcess = isFunction || !processor ? this.#limitProcess(isFunction) : null;
    this.#guard = resolveGuard(opts);
    this.#counter = new JobCounter(this.#guard, queue, isFunction ? (processor as Processor) : null);
  }

  /** Called in BullMQ's constructor for a processor file, before it makes its sandbox. */
  sandbox(worker: GuardedHost, processor: string | URL): void {
    try {
      this.#sandbox = Sandbox.install(this.#bullmq, worker, processor, {
        recycling: this.#recycling,
        warnings: this.#warnings,
        feeds: new IsolateFeeds(this.#guard, this.#queue),
        onRecycled: (isolate, reason, ms) => this.#onRecycled(isolate, reason, ms),
      });
    } catch (error) {
      const { maxJobs, maxHeapBytes, quarantineAfter } = this.#recycling;
      const isNeeded = maxJobs > 0 || maxHeapBytes !== null || quarantineAfter > 0;
      if (!(error instanceof UnknownBullmqError) || isNeeded) throw error;
      this.#warnings.warn('LEAKGUARD_BULLMQ', `${error.message} Until then its isolates are BullMQ's own.`);
    }
  }

  /** Called at the end of the constructor. */
  attach(worker: GuardedHost, closeStock: (force: boolean) => Promise<void>): void {
    this.#worker = worker;
    this.#close = new BoundedClose({
      timeoutMs: this.#recycling.shutdownTimeoutMs,
      patienceMs: () => this.#patienceMs,
      closeStock: (force) => this.#closeStock(force, closeStock),
      abandon: () => this.#abandon(),
      activeJobIds: () => this.active.ids,
      warn: (text) => this.#warnings.warn('LEAKGUARD_SHUTDOWN', `queue ${this.#queue}: ${text}`),
    });
    this.#leaveProcess = this.#joinProcess();
  }

  async runJob<T>(job: AnyJob, token: string, call: () => Promise<T>): Promise<T> {
    const end = this.#counter.begin(job);
    this.#inProcess?.jobBegan();
    try {
      return await (this.#sandbox === null ? call() : this.#sandbox.run(job, token, call));
    } finally {
      end?.();
      this.#inProcess?.jobEnded();
      // What becomes of such a job is the next worker's business: written now, it might be done twice.
      if (this.#isAbandoned) await new Promise(() => undefined);
    }
  }

  async close(force: boolean): Promise<void> {
    this.#sandbox?.closing();
    try {
      await this.#close.close(force);
    } finally {
      this.#leaveProcess();
      if (this.#opts.guard === undefined) await this.#guard.close();
    }
  }

  #leaveProcess: () => void = () => undefined;

  /** A supervisor, or another worker of the process that exits, closes this one too. */
  #joinProcess(): () => void {
    const leave = joinProcess(() => this.#closePatiently(EXIT_PATIENCE_MS));
    if (!isSupervised()) return leave;
    const undo = onDrain((request) => this.#drain(request));
    this.#worker.waitUntilReady().then(ready, () => undefined);
    return () => {
      leave();
      undo();
    };
  }

  /** A shutdown is as urgent as without a supervisor; where it only replaces, long jobs may end. */
  #drain({ reason, timeoutMs }: DrainRequest): Promise<void> {
    if (reason === 'replaced' && this.#asked !== null && this.#inProcess !== null) {
      // It went on while its replacement started: what it has done and what it holds is told as of now.
      const [{ jobs }, { reason: cause, atMs }] = [this.#inProcess, this.#asked];
      const isolate = { kind: 'process', id: process.pid } as const;
      const ms = Math.round(performance.now() - atMs);
      this.#tell({ reason: cause, jobs, heapBytes: heapBytes(), isolate, ms });
    }
    if (reason === 'shutdown') return this.#worker.close();
    return this.#closePatiently(timeoutMs - this.#recycling.shutdownTimeoutMs);
  }

  #closePatiently(patienceMs: number): Promise<void> {
    this.#patienceMs = patienceMs;
    return this.#worker.close();
  }

  #limitProcess(isFunction: boolean): InProcessRecycling | null {
    if (!isFunction && (this.#recycling.maxJobs > 0 || this.#recycling.maxHeapBytes !== null))
      refuse('processor', 'none', 'given where maxJobsPerWorker or maxHeapPerWorker is');
    return InProcessRecycling.of(this.#recycling, {
      drainAndExit: (reason, jobs, heapBytes) => {
        this.#tell({ reason, jobs, heapBytes, isolate: { kind: 'process', id: process.pid }, ms: null });
        void drainAndExit();
      },
      asked: (reason) => {
        this.#asked = { reason, atMs: performance.now() };
      },
      claimsProcess,
      random: Math.random,
      nowMs: () => performance.now(),
      warnings: this.#warnings,
    });
  }

  #onRecycled(
    { jobs, heapBytes, name, bootCpuMs, jobsCpuMs }: Isolate,
    reason: 'jobs' | 'heap',
    ms: number,
  ): void {
    this.#tell({ reason, jobs, heapBytes, isolate: name, ms: Math.round(ms) });
    if (bootCpuMs === null || jobsCpuMs === null) return;
    const text = priceText({ reason, jobs, bootCpuMs, jobsCpuMs });
    if (text !== null) this.#warnings.warn('LEAKGUARD_RECYCLE_PRICE', `queue ${this.#queue}: ${text}`);
  }

  /** A listener that throws is BullMQ's `error` event, which its `emit` sees to. */
  #tell(event: RecycledEvent): void {
    recordEvent(this.#guard, { event: 'recycle', queue: this.#queue, ...event });
    this.#worker.emit('recycled' as never, event as never);
  }

  async #closeStock(force: boolean, closeStock: (force: boolean) => Promise<void>): Promise<void> {
    if (force) {
      this.#isAbandoned = true;
      await this.#sandbox?.kill();
    }
    await closeStock(force);
  }

  async #abandon(): Promise<void> {
    this.#isAbandoned = true;
    await Promise.all([this.#sandbox?.kill(), abandon(this.#worker)]);
    this.#worker.emit('closed' as never);
  }
}

function resolveGuard({ guard, leakGuard }: GuardedWorkerOptions): Guard {
  if (guard !== undefined && leakGuard !== undefined)
    refuse('leakGuard', 'both', 'left out where guard is given: it has options of its own');
  return resolveAdapterOptions<never>(guard === undefined ? (leakGuard ?? {}) : { guard }, TEXT).guard;
}
