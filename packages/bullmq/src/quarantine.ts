/** How an isolate ended in the middle of a job. */
export interface Crash {
  /** `process 4242`, `thread 7`. */
  isolate: string;
  exitCode: number | null;
  signal: string | null;
  /** What Node said of it: `ERR_WORKER_OUT_OF_MEMORY` of a thread, null where it said nothing. */
  error: string | null;
}

/** Jobs whose deaths are remembered. Poison is rare; with more than this, the longest without a death is forgotten. */
const REMEMBERED = 1000;
/** Of one job: enough to see a pattern. */
const CRASHES_SHOWN = 5;

/** Counts for each job how often it killed its isolate, over all isolates of one worker. */
export class Quarantine {
  readonly #after: number;
  readonly #crashes = new Map<string, { count: number; last: Crash[] }>();

  /** @param after so many deaths are enough; 0 counts nothing */
  constructor(after: number) {
    this.#after = after;
  }

  /** Notes a death; gives the evidence when it was the last one allowed, else null. */
  note(jobId: string, crash: Crash): string | null {
    if (this.#after === 0) return null;
    const { count, last } = this.#crashes.get(jobId) ?? { count: 0, last: [] };
    this.#crashes.delete(jobId);
    if (count + 1 >= this.#after) return this.#evidence(jobId, [...last, crash]);
    this.#crashes.set(jobId, { count: count + 1, last: [...last, crash].slice(1 - CRASHES_SHOWN) });
    if (this.#crashes.size > REMEMBERED) this.#crashes.delete(this.#crashes.keys().next().value!);
    return null;
  }

  /** A job that came to its end is no poison. */
  forget(jobId: string): void {
    this.#crashes.delete(jobId);
  }

  #evidence(jobId: string, crashes: readonly Crash[]): string {
    const deaths = crashes.map(describeCrash).join('; ');
    const times = this.#after === 1 ? 'once' : `${this.#after} times`;
    return `leakguard: job ${jobId} killed its isolate ${times} and is not tried again (quarantineAfter: ${this.#after}). ${deaths}`;
  }
}

function describeCrash({ isolate, exitCode, signal, error }: Crash): string {
  const how = signal === null ? `exit code ${exitCode}` : `signal ${signal}`;
  return `${isolate}: ${how}${error === null ? '' : `, ${error}`}`;
}
