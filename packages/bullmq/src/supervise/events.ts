import type { Logger } from '@leakguard/core';
import type { ReplacementReason } from './messages.ts';

/** All processes are ready for the first time. */
export interface ReadyEvent {
  pids: number[];
}

/** A process was replaced and has ended. */
export interface ReplacedEvent {
  /** Which of the workers, 0 to `processes` - 1. */
  index: number;
  /** `signal`: somebody sent SIGTERM to this one process; `restart`: SIGHUP or `restart()`. */
  reason: ReplacementReason | 'restart';
  /** Jobs that it had finished when it asked; null where it did not say. */
  jobs: number | null;
  /** Its heap and external memory then; null where it did not say. */
  heapBytes: number | null;
  /** Pid of the process that ended. */
  oldPid: number;
  /** Pid of its replacement. */
  pid: number;
  /** How long the replacement took from fork to ready. */
  bootMs: number;
  /** How long the old one took to finish its jobs and end. */
  drainMs: number;
  /** The old one did not end by `drainTimeout` and was killed: jobs it had run again. */
  killed: boolean;
}

/** A process ended though nobody had told it to. */
export interface CrashedEvent {
  index: number;
  /** Null where it could not even be forked. */
  pid: number | null;
  code: number | null;
  signal: NodeJS.Signals | null;
  /** `starting`: before it was ready; `draining`: its jobs may run again, but its replacement is there already. */
  phase: 'starting' | 'working' | 'draining';
}

/** The supervisor and all its processes have ended. */
export interface ClosedEvent {
  /** `gave-up`: processes failed to start; `killed`: by a second signal. */
  reason: 'closed' | 'signal' | 'killed' | 'gave-up';
  /** 0 if every process ended by itself, 1 if the supervisor gave up or had to kill one. */
  exitCode: 0 | 1;
}

/** Events of a supervisor by name. */
export interface SupervisorEvents {
  ready: ReadyEvent;
  replaced: ReplacedEvent;
  crashed: CrashedEvent;
  closed: ClosedEvent;
}

type Listener<E extends keyof SupervisorEvents> = (event: SupervisorEvents[E]) => void;

/** Calls listeners; one that throws is logged and harms nobody. */
export class SupervisorEmitter {
  readonly #listeners = new Map<keyof SupervisorEvents, Set<Listener<never>>>();
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  on<E extends keyof SupervisorEvents>(event: E, listener: Listener<E>): () => void {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners.add(listener));
    return () => void listeners.delete(listener);
  }

  emit<E extends keyof SupervisorEvents>(event: E, payload: SupervisorEvents[E]): void {
    for (const listener of (this.#listeners.get(event) ?? []) as Iterable<Listener<E>>) {
      try {
        listener(payload);
      } catch (error) {
        this.#logger.error({ err: error }, `leakguard: a listener of '${event}' threw`);
      }
    }
  }
}
