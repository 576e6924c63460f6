import type { ClosedEvent, SupervisorEvents } from './events.ts';
import { resolveSuperviseOptions, type SuperviseOptions } from './options.ts';
import { WorkerSupervisor } from './supervisor.ts';

/** Worker processes under supervision. */
export interface Supervisor extends AsyncDisposable {
  /** Processes that are alive: `processes` of them, one more during a replacement. */
  readonly pids: readonly number[];
  /** Settles when all processes have ended; never rejects. */
  readonly closed: Promise<ClosedEvent>;
  /** @returns unsubscribes. A listener that throws is logged and harms nobody. */
  on<E extends keyof SupervisorEvents>(event: E, listener: (event: SupervisorEvents[E]) => void): () => void;
  /** Replaces all processes one by one, as SIGHUP does: for a new version of the program. Returns at once. */
  restart(): void;
  /** Lets all finish their jobs and end. */
  close(): Promise<void>;
}

/**
 * Runs a worker program in several processes and replaces each one when it says that it has reached its limit
 * (`maxJobsPerWorker`, `maxHeapPerWorker` of a `GuardedWorker`): first a new process is started and ready, then the old one
 * finishes its jobs and ends, so that no job is lost, run twice or stalled. One that crashes is started again.
 * `leakguard run worker.js` does the same without code.
 *
 * @throws LeakguardError `ERR_LEAKGUARD_OPTION` for nonsense in the options and for an entry that does not exist
 * @example
 * const supervisor = superviseWorkers({ entry: 'worker.js', processes: 4 });
 * supervisor.on('replaced', ({ reason, jobs, drainMs }) => console.log({ reason, jobs, drainMs }));
 */
export function superviseWorkers(options: SuperviseOptions): Supervisor {
  return new WorkerSupervisor(resolveSuperviseOptions(options));
}
