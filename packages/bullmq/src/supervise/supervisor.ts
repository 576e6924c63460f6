import { type ClosedEvent, SupervisorEmitter, type SupervisorEvents } from './events.ts';
import type { ResolvedSuperviseOptions } from './options.ts';
import { type Attempt, ReplacementQueue } from './replacement-queue.ts';
import { Slot } from './slot.ts';
import { SupervisorLog } from './supervisor-log.ts';
import { onSignals } from './supervisor-signals.ts';
import { type Drained, type ReplacementRequest, type WorkerEnd, WorkerProcess } from './worker-process.ts';

/**
 * A SIGTERM to the process group reaches the workers too, and one of them may tell of it before ours is handled: a
 * replacement forked in between would only be ended again.
 */
const GROUP_SIGNAL_MS = 250;
/** Time for logs, before what else the program started is ended with it. */
const EXIT_GRACE_MS = 1000;

/** Worker processes under supervision. */
export class WorkerSupervisor {
  /** Settles when all has ended; never rejects. */
  readonly closed: Promise<ClosedEvent>;
  readonly #options: ResolvedSuperviseOptions;
  readonly #log: SupervisorLog;
  readonly #emitter: SupervisorEmitter;
  readonly #slots: readonly Slot[];
  readonly #alive = new Set<WorkerProcess>();
  readonly #queue: ReplacementQueue;
  readonly #offSignals: () => void;
  #onClosed: (event: ClosedEvent) => void = () => undefined;
  #bootMs: number | null = null;
  #wasReady = false;
  #closing: ClosedEvent['reason'] | null = null;

  constructor(options: ResolvedSuperviseOptions) {
    this.#options = options;
    this.#log = new SupervisorLog(options);
    this.#emitter = new SupervisorEmitter(options.logger);
    this.#queue = new ReplacementQueue((old) => this.#replace(old), options.restartDelay);
    this.#slots = Array.from(
      { length: options.processes },
      (_, index) => new Slot(index, options.restartDelay),
    );
    this.closed = new Promise((resolve) => {
      this.#onClosed = resolve;
    });
    this.#offSignals = options.handleSignals ? onSignals(this.#signalHandlers()) : () => undefined;
    for (const slot of this.#slots) this.#launch(slot, staggeredShare(slot.index, options.processes));
  }

  /** Of the processes that work, those that start and those that drain. */
  get pids(): number[] {
    return [...this.#alive].map(({ pid }) => pid).filter((pid) => pid !== undefined);
  }

  on<E extends keyof SupervisorEvents>(event: E, listener: (event: SupervisorEvents[E]) => void): () => void {
    return this.#emitter.on(event, listener);
  }

  restart(): void {
    for (const { current } of this.#slots) {
      if (!current?.isServing) continue;
      current.request ??= { reason: 'restart', facts: {} };
      this.#queue.add(current);
    }
  }

  async close(): Promise<void> {
    this.#close('closed');
    await this.closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #launch(slot: Slot, limitShare: number): void {
    if (this.#closing !== null) return;
    const worker = this.#fork(slot, limitShare);
    slot.current = worker;
    void this.#awaitStart(slot, worker);
  }

  async #awaitStart(slot: Slot, worker: WorkerProcess): Promise<void> {
    if (await worker.readyWithin(this.#options.readyTimeout)) this.#started(slot, worker);
    else if (!worker.hasEnded && this.#closing === null) {
      this.#log.notReady(worker);
      // Its end has it started again, as that of one that crashed.
      await worker.drain('failed-start');
    }
  }

  #fork(slot: Slot, limitShare: number): WorkerProcess {
    const place = { index: slot.index, count: this.#slots.length, limitShare };
    const worker = new WorkerProcess(place, this.#options, this.#bootMs, (asking) => this.#asked(asking));
    this.#alive.add(worker);
    void worker.ended.then((end) => this.#ended(slot, worker, end));
    return worker;
  }

  #started(slot: Slot, worker: WorkerProcess): void {
    slot.started();
    this.#bootMs = worker.bootMs;
    for (const other of this.#alive) other.tellBootTime(worker.bootMs!);
    // With a small limit it may have asked before it said that it is ready.
    if (worker.request !== null) this.#asked(worker);
    if (this.#wasReady || !this.#slots.every(({ current }) => current?.isServing)) return;
    this.#wasReady = true;
    this.#log.ready(this.pids);
    this.#emitter.emit('ready', { pids: this.pids });
  }

  #asked(worker: WorkerProcess): void {
    if (worker.request?.reason !== 'signal') this.#enqueue(worker);
    else setTimeout(() => this.#enqueue(worker), GROUP_SIGNAL_MS);
  }

  #enqueue(worker: WorkerProcess): void {
    if (worker.isServing) this.#queue.add(worker);
  }

  /** New one ready first, then the old one drains. */
  async #replace(old: WorkerProcess): Promise<Attempt> {
    const slot = this.#slots[old.slot.index]!;
    const request = old.request!;
    // All start anew at about the same time, as at the beginning.
    const share = request.reason === 'restart' ? staggeredShare(slot.index, this.#slots.length) : 1;
    const next = this.#fork(slot, share);
    slot.successor = next;
    const isReady = await next.readyWithin(this.#options.readyTimeout);
    slot.successor = null;
    if (this.#closing !== null) return 'replaced';
    if (!isReady) return this.#replacementFailed(slot, next);
    slot.current = next;
    this.#started(slot, next);
    this.#replaced(old, next, request, await old.drain('replaced'));
    return 'replaced';
  }

  async #replacementFailed(slot: Slot, next: WorkerProcess): Promise<Attempt> {
    if (this.#queue.failures === 0) this.#log.replacementFailed(next);
    if (!next.hasEnded) await next.drain('failed-start');
    // The old one crashed meanwhile.
    if (slot.current === null) this.#startAgain(slot, next);
    return 'failed';
  }

  #replaced(
    old: WorkerProcess,
    next: WorkerProcess,
    { reason, facts }: ReplacementRequest,
    { killed, ms: drainMs }: Drained,
  ): void {
    const { jobs = null, heapBytes = null } = facts;
    const pids = { oldPid: old.pid!, pid: next.pid! };
    const event = {
      index: old.slot.index,
      reason,
      jobs,
      heapBytes,
      ...pids,
      bootMs: next.bootMs!,
      drainMs,
      killed,
    };
    this.#log.replaced(event);
    if (killed) this.#log.killedAtDeadline(old);
    this.#emitter.emit('replaced', event);
  }

  #ended(slot: Slot, worker: WorkerProcess, end: WorkerEnd): void {
    this.#alive.delete(worker);
    const phase = worker.crashPhase(end);
    if (phase !== null) this.#crashed(worker, end, phase);
    if (slot.current !== worker) return;
    slot.current = null;
    if (this.#closing !== null || slot.successor !== null) return;
    const hasAsked = phase === null && worker.bootMs !== null;
    if (hasAsked) this.#launch(slot, 1);
    else this.#startAgain(slot, worker);
  }

  #crashed(
    worker: WorkerProcess,
    { code, signal, error }: WorkerEnd,
    phase: SupervisorEvents['crashed']['phase'],
  ): void {
    const event = { index: worker.slot.index, pid: worker.pid ?? null, code, signal, phase };
    this.#log.crashed(event, error);
    this.#emitter.emit('crashed', event);
  }

  #startAgain(slot: Slot, last: WorkerProcess): void {
    const delayMs = slot.failed(last);
    const isAlone = ![...this.#alive].some(({ isServing }) => isServing);
    if (slot.failedStarts >= this.#options.maxFailedStarts && isAlone) {
      this.#log.gaveUp(slot.failedStarts);
      this.#close('gave-up');
    } else slot.startLater(delayMs, () => this.#launch(slot, 1));
  }

  #signalHandlers(): Parameters<typeof onSignals>[0] {
    return {
      stop: () => this.#close('signal'),
      restart: () => this.restart(),
      kill: (signal) => {
        this.#log.killing(signal, this.pids);
        this.#closing = 'killed';
        for (const worker of this.#alive) worker.kill();
      },
    };
  }

  #close(reason: ClosedEvent['reason']): void {
    if (this.#closing !== null) return;
    this.#closing = reason;
    this.#queue.stop();
    for (const slot of this.#slots) slot.cancelStart();
    if (reason !== 'gave-up') this.#log.draining(this.pids);
    void this.#end();
  }

  async #end(): Promise<void> {
    const drain = async (worker: WorkerProcess): Promise<boolean> => {
      const { killed } = await worker.drain('shutdown');
      if (killed) this.#log.killedAtDeadline(worker);
      return killed;
    };
    const kills = await Promise.all([...this.#alive].map(drain));
    const reason = this.#closing!;
    const isClean = !kills.includes(true) && reason !== 'killed' && reason !== 'gave-up';
    // One more signal must not turn the exit code that is due into a death by signal.
    const endsProcess = this.#options.handleSignals && reason !== 'closed';
    if (!endsProcess) this.#offSignals();
    const event: ClosedEvent = { reason, exitCode: isClean ? 0 : 1 };
    this.#log.closed(event);
    this.#emitter.emit('closed', event);
    this.#onClosed(event);
    if (endsProcess) endProcess(event.exitCode);
  }
}

/** A signal was meant for the process, whatever else (an HTTP server for health checks) still keeps it alive. */
function endProcess(exitCode: number): void {
  process.exitCode = exitCode;
  setTimeout(() => process.exit(), EXIT_GRACE_MS).unref();
}

/** Evenly over (0.5, 1], the last worker at its full limit. */
function staggeredShare(index: number, count: number): number {
  return 0.5 + (0.5 * (index + 1)) / count;
}
