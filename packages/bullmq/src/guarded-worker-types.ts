import type { Processor, Worker, WorkerListener, WorkerOptions } from 'bullmq';
import type { RecycledEvent } from './events.ts';
import type { RecyclingOptions } from './options.ts';

/** Every option of BullMQ's `Worker`, unchanged, and those of recycling. */
export type GuardedWorkerOptions = WorkerOptions & RecyclingOptions;

/** A BullMQ `Worker` with one event more. The type parameters are those that BullMQ 5 and 6 have in common. */
// biome-ignore lint/suspicious/noExplicitAny: as BullMQ's own defaults, so that a worker without type arguments is the same
export interface GuardedWorker<D = any, R = any, N extends string = string> extends Worker<D, R, N> {
  /** An isolate was recycled. Called when it is gone; with `recycle: 'exit'`, when the process begins to drain. */
  on(event: 'recycled', listener: (event: RecycledEvent) => void): this;
  on<U extends keyof WorkerListener<D, R, N>>(event: U, listener: WorkerListener<D, R, N>[U]): this;
  once(event: 'recycled', listener: (event: RecycledEvent) => void): this;
  once<U extends keyof WorkerListener<D, R, N>>(event: U, listener: WorkerListener<D, R, N>[U]): this;
  off(event: 'recycled', listener: (event: RecycledEvent) => void): this;
  off<U extends keyof WorkerListener<D, R, N>>(event: U, listener: WorkerListener<D, R, N>[U]): this;
}

/** The class; it can be extended, and given to NestJS. */
export interface GuardedWorkerClass {
  /**
   * @param more what BullMQ's own constructor takes after the options: in 6 a backend factory, in 5 a connection class
   * @throws LeakguardError `ERR_LEAKGUARD_OPTION` for nonsense in the options, before a connection is opened
   */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  new <D = any, R = any, N extends string = string>(
    name: string,
    processor?: string | URL | null | Processor<D, R, N>,
    opts?: GuardedWorkerOptions,
    ...more: unknown[]
  ): GuardedWorker<D, R, N>;
  RateLimitError(): Error;
}
