import type { BullmqModule } from './bullmq-internals.ts';
import type { Isolate } from './pool/isolate.ts';
import type { RecyclingChildPool } from './pool/recycling-child-pool.ts';
import { StartFailure } from './pool/start-isolate.ts';
import { Quarantine } from './quarantine.ts';

/** A job as far as its run in an isolate needs it. */
export interface SandboxedJob {
  id?: string | undefined;
  moveToWait?(token?: string): Promise<unknown>;
}

/** Isolates that may die under a job before it reached them; more than that is no accident. */
const MOST_TRIES = 3;

/** Runs jobs in isolates, and decides what becomes of a job whose isolate failed it. */
export class SandboxedJobs {
  readonly #bullmq: BullmqModule;
  readonly #pool: RecyclingChildPool;
  readonly #quarantine: Quarantine;
  readonly #crashed = new WeakMap<object, Isolate>();

  constructor(bullmq: BullmqModule, pool: RecyclingChildPool, quarantineAfter: number) {
    this.#bullmq = bullmq;
    this.#pool = pool;
    this.#quarantine = new Quarantine(quarantineAfter);
  }

  noteCrash(job: object, isolate: Isolate): void {
    this.#crashed.set(job, isolate);
  }

  /** @param call gives the job to BullMQ's sandbox, which asks the pool for an isolate in the same turn */
  async run<T>(job: SandboxedJob, token: string, call: () => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        const result = await this.#pool.handTo(job, call);
        this.#quarantine.forget(job.id ?? '');
        return result;
      } catch (error) {
        const isolate = this.#crashed.get(job);
        this.#crashed.delete(job);
        // It never began, so that it loses no attempt.
        if (isolate !== undefined && !isolate.hasBegun && tries < MOST_TRIES) continue;
        await this.#backToWait(job, token, error);
        throw this.#poisoned(job, isolate) ?? error;
      }
    }
  }

  /** A job for which no isolate starts while the worker closes is left to the next worker, its attempts untouched. */
  async #backToWait(job: SandboxedJob, token: string, error: unknown): Promise<void> {
    const { WaitingError } = this.#bullmq;
    if (!(error instanceof StartFailure) || error.reason !== 'closing') return;
    if (WaitingError === undefined || job.moveToWait === undefined) return;
    await job.moveToWait(token);
    throw new WaitingError();
  }

  #poisoned(job: SandboxedJob, isolate: Isolate | undefined): Error | null {
    if (!isolate?.crash || !isolate.hasBegun) return null;
    const evidence = this.#quarantine.note(job.id ?? '', isolate.crash);
    return evidence === null ? null : new this.#bullmq.UnrecoverableError(evidence);
  }
}
