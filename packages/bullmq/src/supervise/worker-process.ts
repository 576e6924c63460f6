import { type ChildProcess, fork } from 'node:child_process';
import type { CrashedEvent } from './events.ts';
import {
  BIRTH_VARIABLE,
  type Birth,
  type DrainReason,
  fromWorker,
  PROTOCOL,
  type ReplacementFacts,
  type ReplacementReason,
  type SupervisedSlot,
  type SupervisorMessage,
  sealed,
  type WorkerMessage,
} from './messages.ts';
import type { ResolvedSuperviseOptions } from './options.ts';

/** How a process ended. */
export interface WorkerEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** Where it could not even be forked. */
  error?: Error;
}

/** How a drain went. */
export interface Drained extends WorkerEnd {
  /** It was killed at the deadline: jobs it had are run again by others. */
  killed: boolean;
  ms: number;
}

/** What a process is asked for when it asks to be replaced. */
export interface ReplacementRequest {
  reason: ReplacementReason | 'restart';
  facts: ReplacementFacts;
}

/** One forked process, from fork to exit. */
export class WorkerProcess {
  readonly slot: SupervisedSlot;
  /** How it ended; never rejects. */
  readonly ended: Promise<WorkerEnd>;
  /** The first request for a replacement, its own or the operator's. */
  request: ReplacementRequest | null = null;
  /** Null where it could not be forked. */
  readonly #child: ChildProcess | null;
  readonly #forkedAt: number = performance.now();
  readonly #drainTimeoutMs: number;
  readonly #onRequest: (worker: WorkerProcess) => void;
  readonly #readiness: Promise<boolean>;
  #readyAt: number | null = null;
  #hasJoined = false;
  #isDrained = false;
  #isKilled = false;
  #hasEnded = false;
  #draining: Promise<Drained> | null = null;
  #becameReady: (isReady: boolean) => void = () => undefined;

  constructor(
    slot: SupervisedSlot,
    options: ResolvedSuperviseOptions,
    bootMs: number | null,
    onRequest: (worker: WorkerProcess) => void,
  ) {
    this.slot = slot;
    this.#drainTimeoutMs = options.drainTimeout;
    this.#onRequest = onRequest;
    this.#readiness = new Promise((resolve) => {
      this.#becameReady = resolve;
    });
    const birth: Birth = {
      ...{ protocol: PROTOCOL, supervisor: process.pid, slot, bootMs },
      drainTimeoutMs: options.drainTimeout,
    };
    const env = { ...process.env, ...options.env, [BIRTH_VARIABLE]: JSON.stringify(birth) };
    const child = forked(options, env);
    this.#child = child instanceof Error ? null : child;
    this.#child?.on('message', (received) => this.#received(fromWorker(received)));
    this.ended = child instanceof Error ? Promise.resolve(notForked(child)) : endOf(child);
    void this.ended.then(() => {
      this.#hasEnded = true;
      this.#becameReady(false);
    });
  }

  /** Undefined where it could not be forked. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Works, and was not told to drain. */
  get isServing(): boolean {
    return this.#readyAt !== null && this.#draining === null && !this.#hasEnded;
  }

  /** Whether it has a worker that knows of its supervisor. */
  get hasJoined(): boolean {
    return this.#hasJoined;
  }

  /** In which phase it crashed, or null if its end was agreed on, it ended itself with code 0 after it had asked, or we killed it. */
  crashPhase({ code }: WorkerEnd): CrashedEvent['phase'] | null {
    if (this.#isDrained || this.#isKilled) return null;
    if (code === 0 && (this.#draining !== null || this.request !== null)) return null;
    if (this.#draining !== null) return 'draining';
    return this.#readyAt === null ? 'starting' : 'working';
  }

  /** From fork to ready; null before. */
  get bootMs(): number | null {
    return this.#readyAt === null ? null : this.#readyAt - this.#forkedAt;
  }

  /** How long it has been ready; 0 before. */
  get readyForMs(): number {
    return this.#readyAt === null ? 0 : performance.now() - this.#readyAt;
  }

  /** True when it is ready, false when it ended or time has passed. */
  async readyWithin(timeoutMs: number): Promise<boolean> {
    const timeout = setTimeout(() => this.#becameReady(false), timeoutMs);
    const isReady = await this.#readiness;
    clearTimeout(timeout);
    return isReady;
  }

  tellBootTime(bootMs: number): void {
    this.#send({ type: 'boot-time', bootMs });
  }

  /** Lets it finish its jobs, and kills it if it has not ended in time. Called twice it drains once. */
  drain(reason: DrainReason, timeoutMs: number = this.#drainTimeoutMs): Promise<Drained> {
    this.#draining ??= this.#drain(reason, timeoutMs);
    return this.#draining;
  }

  kill(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): void {
    this.#isKilled = true;
    this.#child?.kill(signal);
  }

  async #drain(reason: DrainReason, timeoutMs: number): Promise<Drained> {
    const beganAt = performance.now();
    let killed = false;
    this.#send({ type: 'drain', reason, timeoutMs });
    // It has no worker yet and so no job, and might read the message only after seconds of loading.
    if (!this.#hasJoined) this.kill('SIGTERM');
    const deadline = setTimeout(() => {
      killed = true;
      this.kill();
    }, timeoutMs);
    const end = await this.ended;
    clearTimeout(deadline);
    return { ...end, killed, ms: performance.now() - beganAt };
  }

  #received(message: WorkerMessage | null): void {
    if (message?.type === 'joined') this.#hasJoined = true;
    if (message?.type === 'drained') this.#isDrained = true;
    if (message?.type === 'ready') {
      this.#readyAt ??= performance.now();
      this.#becameReady(true);
    }
    if (message?.type === 'replace') {
      this.request ??= { reason: message.reason, facts: message.facts };
      this.#onRequest(this);
    }
  }

  /** Without effect on a process that is gone. */
  #send(message: SupervisorMessage): void {
    if (this.#child?.connected) this.#child.send(sealed(message), () => undefined);
  }
}

/** Some errors of the system (out of memory, arguments too long) are thrown, others (too many processes) are events. */
function forked(
  { entry, args, execArgv }: ResolvedSuperviseOptions,
  env: NodeJS.ProcessEnv,
): ChildProcess | Error {
  try {
    return fork(entry, args, { env, execArgv: [...execArgv] });
  } catch (error) {
    return error as Error;
  }
}

function notForked(error: Error): WorkerEnd {
  return { code: null, signal: null, error };
}

function endOf(child: ChildProcess): Promise<WorkerEnd> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
    child.on('error', (error) => {
      // Later ones tell of a message that could not be sent: its exit tells more.
      if (child.pid === undefined) resolve(notForked(error));
    });
  });
}
