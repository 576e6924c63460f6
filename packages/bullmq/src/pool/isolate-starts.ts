import { setTimeout as wait } from 'node:timers/promises';
import type { Child } from 'bullmq';
import { killChild } from '../bullmq-internals.ts';
import { type FromIsolate, opened } from '../child/protocol.ts';
import { baselineText } from '../warn-once.ts';
import { Isolate } from './isolate.ts';
import { JobLimits } from './job-limits.ts';
import type { PoolOptions } from './pool-options.ts';
import { StartFailure, startIsolate } from './start-isolate.ts';

/** Pauses before an isolate that a job waits for is tried again: killed by mistake, or no memory for a moment. */
const PAUSES_MS = [200, 1000];

/** Starts isolates, listens to them while they live, and knows all of them, those that start included. */
export class IsolateStarts {
  readonly #options: PoolOptions;
  readonly #onExit: (isolate: Isolate) => void;
  readonly #limits: JobLimits;
  readonly #children = new Set<Child>();
  readonly #starting = new Set<Child>();
  readonly #stop = new AbortController();

  constructor(options: PoolOptions, onExit: (isolate: Isolate) => void) {
    this.#options = options;
    this.#onExit = onExit;
    const { maxJobs, jitter } = options.recycling;
    this.#limits = new JobLimits({
      maxJobs,
      jitter,
      concurrency: options.concurrency,
      random: options.random,
    });
  }

  closing(): void {
    this.#stop.abort();
  }

  /** @throws StartFailure */
  async start(): Promise<Isolate> {
    const { recycling, initFailed, makeChild, nowMs } = this.#options;
    const startMs = nowMs();
    const child = makeChild();
    const early: FromIsolate[] = [];
    const keep = (received: unknown): void => {
      const message = opened<FromIsolate>(received);
      if (message !== null) early.push(message);
    };
    child.on('message', keep);
    this.#children.add(child);
    this.#starting.add(child);
    child.once('exit', () => this.#children.delete(child));
    try {
      await startIsolate(child, { timeoutMs: recycling.childInitTimeoutMs, initFailed });
    } finally {
      this.#starting.delete(child);
    }
    child.off('message', keep);
    const isolate = new Isolate(child, this.#limits.next(), recycling.maxJobs);
    this.#listen(isolate, early);
    // The time it took, where a thread cannot tell its CPU: about right while CPU is to be had.
    isolate.bootCpuMs ??= nowMs() - startMs;
    return isolate;
  }

  /** The same, for a job that would fail else. A file that throws or hangs will do so again. */
  async startWithRetries(): Promise<Isolate> {
    for (const pauseMs of [...PAUSES_MS, null]) {
      try {
        return await this.start();
      } catch (error) {
        if (!(error instanceof StartFailure) || error.reason !== 'died' || pauseMs === null) throw own(error);
        await this.#pause(pauseMs, error);
      }
    }
    throw new Error('unreachable');
  }

  async #pause(ms: number, cause: StartFailure): Promise<void> {
    try {
      await wait(ms, undefined, { signal: this.#stop.signal });
    } catch {
      throw new StartFailure('closing', `${cause.message}; the worker closes, so it is not tried again`, {
        cause,
      });
    }
  }

  /** Kills those that have not loaded the processor file; resolves when they are gone. */
  async killStarting(): Promise<void> {
    await Promise.all([...this.#starting].map(killChild));
  }

  /** Kills all, idle and busy ones too; resolves when they are gone. */
  async killAll(): Promise<void> {
    await Promise.all([...this.#children].map(killChild));
  }

  #listen(isolate: Isolate, early: readonly FromIsolate[]): void {
    const { child } = isolate;
    const feed = this.#options.openFeed(isolate);
    const receive = (message: FromIsolate): void => {
      if (message.kind === 'measured') feed.receive(message.message);
      else this.#note(isolate, message);
    };
    for (const message of early) receive(message);
    let error: string | null = null;
    child.on('message', (received: unknown) => {
      const message = opened<FromIsolate>(received);
      if (message !== null) receive(message);
    });
    child.on('error', (cause: NodeJS.ErrnoException) => {
      error = cause?.code ?? cause?.message ?? null;
    });
    child.once('exit', (exitCode: number | null, signal: string | null) => {
      const { kind, id } = isolate.name;
      isolate.crash = { isolate: `${kind} ${id}`, exitCode, signal: signal ?? null, error };
      feed.close();
      this.#onExit(isolate);
    });
  }

  #note(isolate: Isolate, message: Exclude<FromIsolate, { kind: 'measured' }>): void {
    switch (message.kind) {
      case 'began':
        isolate.hasBegun = true;
        break;
      case 'doomed':
        isolate.isDoomed = true;
        break;
      case 'above-limit':
        isolate.heapBytes = message.heapBytes;
        isolate.isAboveHeapLimit = !isolate.startedAbove;
        isolate.firstAbove ??= { jobs: isolate.jobs, heapBytes: message.heapBytes };
        break;
      case 'loaded':
        isolate.heapBytes = message.heapBytes;
        isolate.bootCpuMs = message.bootCpuMs;
        this.#checkBaseline(isolate);
        break;
      case 'leaving':
        isolate.heapBytes = message.heapBytes;
        isolate.jobsCpuMs = message.jobsCpuMs;
    }
  }

  #checkBaseline(isolate: Isolate): void {
    const { maxHeapBytes } = this.#options.recycling;
    if (maxHeapBytes === null || isolate.heapBytes === null || isolate.heapBytes <= maxHeapBytes) return;
    isolate.startedAbove = true;
    const text = baselineText('a fresh isolate', isolate.heapBytes, maxHeapBytes);
    this.#options.warnings.warn('LEAKGUARD_HEAP_BASELINE', text);
  }
}

/** The processor file's own error is what the job fails with, as in BullMQ. */
function own(error: unknown): unknown {
  return error instanceof StartFailure && error.reason === 'refused' ? error.cause : error;
}
