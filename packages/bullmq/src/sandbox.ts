import type { WorkerOptions } from 'bullmq';
import { type BullmqModule, checkModule, replacePool, sendToChild } from './bullmq-internals.ts';
import { childMaker } from './isolates.ts';
import type { IsolateFeeds } from './measure/isolate-feeds.ts';
import type { ResolvedRecycling } from './options.ts';
import type { PoolOptions } from './pool/pool-options.ts';
import { RecyclingChildPool } from './pool/recycling-child-pool.ts';
import { type SandboxedJob, SandboxedJobs } from './sandboxed-jobs.ts';
import type { WarnOnce } from './warn-once.ts';

/** The worker that a sandbox is for. */
export interface SandboxedWorker {
  opts: Partial<WorkerOptions> | object;
  concurrency: number;
}

/** What a sandbox needs of its worker's guarding. */
export interface SandboxOptions {
  recycling: ResolvedRecycling;
  warnings: WarnOnce;
  feeds: IsolateFeeds;
  onRecycled: PoolOptions['onRecycled'];
}

/** The pool of a worker with a processor file, and the jobs that run in it. */
export class Sandbox {
  readonly #pool: RecyclingChildPool;
  readonly #jobs: SandboxedJobs;

  /**
   * Puts our pool in the place of BullMQ's.
   *
   * @throws UnknownBullmqError where this BullMQ lacks what that takes
   */
  static install(
    bullmq: BullmqModule,
    worker: SandboxedWorker,
    processor: string | URL,
    options: SandboxOptions,
  ): Sandbox {
    checkModule(bullmq);
    let sandbox: Sandbox | undefined;
    replacePool(worker, (mainFile) => {
      sandbox = new Sandbox(bullmq, worker, { mainFile, processor }, options);
      return sandbox.#pool;
    });
    return sandbox!;
  }

  private constructor(
    bullmq: BullmqModule,
    worker: SandboxedWorker,
    files: { mainFile: string; processor: string | URL },
    { recycling, warnings, feeds, onRecycled }: SandboxOptions,
  ) {
    const recipe = { ...files, opts: worker.opts, maxHeapBytes: recycling.maxHeapBytes };
    this.#pool = new RecyclingChildPool({
      recycling,
      makeChild: childMaker(bullmq, { ...recipe, measure: () => feeds.settings }),
      initFailed: bullmq.ParentCommand.InitFailed,
      concurrency: () => worker.concurrency,
      random: Math.random,
      nowMs: () => performance.now(),
      warnings,
      openFeed: ({ child }) => feeds.open((message) => sendToChild(child, message)),
      onRecycled,
      onCrash: (job, isolate) => this.#jobs.noteCrash(job, isolate),
    });
    this.#jobs = new SandboxedJobs(bullmq, this.#pool, recycling.quarantineAfter);
  }

  run<T>(job: SandboxedJob, token: string, call: () => Promise<T>): Promise<T> {
    return this.#jobs.run(job, token, call);
  }

  closing(): void {
    this.#pool.closing();
  }

  /** Ends all isolates at once, in the middle of their jobs. */
  async kill(): Promise<void> {
    await this.#pool.kill();
  }
}
