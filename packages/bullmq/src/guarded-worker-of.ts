import type { Job, Processor, Worker } from 'bullmq';
import type { BullmqModule } from './bullmq-internals.ts';
import type { GuardedWorkerClass, GuardedWorkerOptions } from './guarded-worker-types.ts';
import { type GuardedHost, WorkerGuarding } from './worker-guarding.ts';

/** Where a worker's options carry its guarding: BullMQ asks for the sandbox before a subclass has any field. */
const GUARDING = Symbol('leakguard');

function guardingOf(worker: { opts: object }): WorkerGuarding {
  return (worker.opts as { [GUARDING]: WorkerGuarding })[GUARDING];
}

/** Makes the class from one copy of BullMQ: `bullmq` for everybody, other versions in tests. */
export function guardedWorkerOf(bullmq: BullmqModule): GuardedWorkerClass {
  class GuardedWorker<D, R, N extends string> extends bullmq.Worker<D, R, N> {
    constructor(
      name: string,
      processor?: string | URL | null | Processor<D, R, N>,
      opts?: GuardedWorkerOptions,
      ...more: never[]
    ) {
      const guarding = new WorkerGuarding(bullmq, name, processor, opts);
      super(name, processor, { ...opts, [GUARDING]: guarding } as GuardedWorkerOptions, ...more);
      guarding.attach(this as unknown as GuardedHost, (force) => super.close(force));
    }

    protected override createSandbox(...args: Parameters<Worker<D, R, N>['createSandbox']>): void {
      guardingOf(this).sandbox(this as unknown as GuardedHost, args[0] as string | URL);
      super.createSandbox(...args);
    }

    override processJob(job: Job<D, R, N>, ...args: never[]): ReturnType<Worker<D, R, N>['processJob']> {
      const { active } = guardingOf(this);
      return active.during(job, () => super.processJob(job, ...(args as unknown as [string])));
    }

    protected override callProcessJob(job: Job<D, R, N>, token: string, ...rest: never[]): Promise<R> {
      return guardingOf(this).runJob(job, token, () => super.callProcessJob(job, token, ...rest));
    }

    override close(force: boolean = false): Promise<void> {
      return guardingOf(this).close(force);
    }
  }
  return GuardedWorker as unknown as GuardedWorkerClass;
}
