import {
  type Birth,
  birthOf,
  type DrainRequest,
  fromSupervisor,
  type ReplacementFacts,
  type ReplacementReason,
  type SupervisedSlot,
  sealed,
  type WorkerMessage,
} from './messages.ts';

type Drain = (request: DrainRequest) => Promise<void>;
type CleanUp = () => Promise<void> | void;

/** What asynchronous logs need to be written; whatever still keeps the process alive then (a database pool) does so no longer. */
const EXIT_GRACE_MS = 500;

/**
 * The worker's end of the channel. Its handlers are installed once per process, when the first worker joins: before that a
 * SIGTERM ends the process at once, as it should, for it has taken no job.
 */
export class SupervisedProcess {
  readonly slot: SupervisedSlot;
  readonly #drainTimeoutMs: number;
  readonly #drains = new Set<Drain>();
  readonly #cleanUps = new Set<CleanUp>();
  #bootMs: number | null;
  #readyCount = 0;
  #isReady = false;
  #hasAsked = false;
  #hasJoined = false;
  #draining: DrainRequest | null = null;
  /** Drains under way: those who join during a drain are waited for too. */
  #pending: Promise<boolean>[] = [];

  /** Null where nobody supervises this process. */
  static born(): SupervisedProcess | null {
    // Worker threads have no `send`.
    const birth = process.send === undefined ? null : birthOf(process.env, process.ppid);
    return birth && new SupervisedProcess(birth);
  }

  private constructor({ slot, bootMs, drainTimeoutMs }: Birth) {
    this.slot = slot;
    this.#bootMs = bootMs;
    this.#drainTimeoutMs = drainTimeoutMs;
  }

  get bootMs(): number | null {
    return this.#bootMs;
  }

  onDrain(drain: Drain): () => void {
    this.#join();
    this.#drains.add(drain);
    if (this.#draining !== null) this.#pending.push(settled(() => drain(this.#draining!)));
    return () => void this.#drains.delete(drain);
  }

  onDrained(cleanUp: CleanUp): () => void {
    this.#cleanUps.add(cleanUp);
    return () => void this.#cleanUps.delete(cleanUp);
  }

  ready(): void {
    this.#readyCount += 1;
    if (this.#isReady || this.#readyCount < this.#drains.size) return;
    this.#isReady = true;
    send({ type: 'ready' });
  }

  askForReplacement(reason: ReplacementReason, facts: ReplacementFacts): void {
    if (this.#hasAsked || this.#draining !== null) return;
    this.#hasAsked = true;
    send({ type: 'replace', reason, facts });
  }

  #join(): void {
    if (this.#hasJoined) return;
    this.#hasJoined = true;
    const isOnlyListener = process.listenerCount('message') === 0;
    process.on('message', (received) => this.#received(received));
    // A program that closes its workers and has nothing else to do must still end by itself.
    if (isOnlyListener) process.channel?.unref();
    process.on('disconnect', () => this.#supervisorGone());
    // Ctrl-C, systemd and `kill -- -pgid` reach supervisor and workers alike: the supervisor then drains all. Only sent to
    // this process it asks for a replacement, as `kill <pid>` should lose neither a job nor a worker.
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => this.askForReplacement('signal', {}));
    }
    // For a terminal that closes; the supervisor gets it too, and decides.
    if (process.platform !== 'win32') process.on('SIGHUP', () => undefined);
    if (process.connected) send({ type: 'joined' });
    else this.#supervisorGone();
  }

  #received(received: unknown): void {
    const message = fromSupervisor(received);
    if (message?.type === 'boot-time') this.#bootMs = message.bootMs;
    if (message?.type === 'drain') this.#drain({ reason: message.reason, timeoutMs: message.timeoutMs });
  }

  /** Killed, or crashed: nobody would ever replace or end this process, so it ends itself, also where a job never does. */
  #supervisorGone(): void {
    this.#drain({ reason: 'supervisor-gone', timeoutMs: this.#drainTimeoutMs });
    setTimeout(() => process.exit(1), this.#drainTimeoutMs).unref();
  }

  #drain(request: DrainRequest): void {
    if (this.#draining !== null) return;
    this.#draining = request;
    for (const drain of this.#drains) this.#pending.push(settled(() => drain(request)));
    void this.#exitWhenDrained();
  }

  async #exitWhenDrained(): Promise<void> {
    let isClean = true;
    while (this.#pending.length > 0) {
      const results = await Promise.all(this.#pending.splice(0));
      isClean &&= results.every(Boolean);
    }
    for (const cleanUp of this.#cleanUps) isClean = (await settled(async () => cleanUp())) && isClean;
    process.exitCode ??= isClean ? 0 : 1;
    // Its exit alone could not be told from one in the middle of a job.
    send({ type: 'drained' }, () => {
      if (process.connected) process.disconnect();
      setTimeout(() => process.exit(), EXIT_GRACE_MS).unref();
    });
  }
}

/** Whether it went well; a drain that fails must not keep the others from finishing. */
async function settled(step: () => Promise<void>): Promise<boolean> {
  try {
    await step();
    return true;
  } catch (error) {
    process.emitWarning(`leakguard: draining failed: ${String(error)}`, { code: 'LEAKGUARD_DRAIN' });
    return false;
  }
}

/** Sends what the supervisor may no longer be there to read. */
function send(message: WorkerMessage, then: () => void = () => undefined): void {
  if (process.connected) process.send?.(sealed(message), undefined, undefined, then);
  else then();
}
