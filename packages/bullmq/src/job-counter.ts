import type { Guard, ScopeId, Seen, Unit } from '@leakguard/core';
import { isCounting, NO_SCOPE } from '@leakguard/core/adapter';
import { JobScopes } from './job-scopes.ts';

/** A job as BullMQ gives it, as far as it is counted. */
export interface NamedJob {
  name: string;
}

type Handler = NonNullable<Seen['handlers']>[number];

/** Counts one unit per job. Never throws: whatever a guard does, the job goes on. */
export class JobCounter {
  readonly #guard: Guard;
  readonly #scopes: JobScopes;
  readonly #handlers: readonly Handler[] | null;

  /** @param handler the processor where it runs in this process; null for one in an isolate of its own */
  constructor(guard: Guard, queue: string, handler: Handler | null) {
    this.#guard = guard;
    this.#scopes = new JobScopes(guard, queue);
    this.#handlers = handler === null ? null : [handler];
  }

  /** The job began; the function to call at its end, null where nobody counts. */
  begin(job: NamedJob): (() => void) | null {
    try {
      if (!isCounting(this.#guard)) return null;
      const unit = this.#guard.begin();
      const scope = this.#enter(unit, job);
      return () => this.#end(unit, scope, job);
    } catch {
      return null;
    }
  }

  /** A unit that began must end, whatever its scope does: it would be in flight for ever. */
  #enter(unit: Unit, job: NamedJob): ScopeId {
    try {
      const scope = this.#scopes.of(job.name);
      unit.enter(scope);
      return scope;
    } catch {
      return NO_SCOPE;
    }
  }

  #end(unit: Unit, scope: ScopeId, job: NamedJob): void {
    try {
      unit.end(
        scope,
        this.#handlers === null
          ? { subject: job, elsewhere: true }
          : { subject: job, handlers: this.#handlers },
      );
    } catch {
      // The guard is not this package's: whatever it throws ends here.
    }
  }
}
