import type { Child } from 'bullmq';
import type { ResolvedRecycling } from '../options.ts';
import type { WarnOnce } from '../warn-once.ts';
import type { Isolate } from './isolate.ts';

/** Why an isolate left. */
export type RecycleCause = 'jobs' | 'heap';

/** The parent's side of what measures jobs inside of an isolate. */
export interface IsolateFeed {
  receive(message: unknown): void;
  close(): void;
}

/** What a pool needs of its worker. */
export interface PoolOptions {
  recycling: ResolvedRecycling;
  /** A child that is not started yet. */
  makeChild(): Child;
  /** By which number a child of BullMQ says that the processor file threw. */
  initFailed: number;
  concurrency(): number;
  /** Uniform in [0, 1). */
  random(): number;
  nowMs(): number;
  /** Until an isolate that was told to leave is killed. @default 10000 */
  leaveTimeoutMs?: number;
  warnings: WarnOnce;
  /** Called once per isolate that has started. */
  openFeed(isolate: Isolate): IsolateFeed;
  onRecycled(isolate: Isolate, reason: RecycleCause, ms: number): void;
  /** An isolate died in the middle of this job. */
  onCrash(job: object, isolate: Isolate): void;
}
