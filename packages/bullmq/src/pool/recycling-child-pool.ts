import type { Child } from 'bullmq';
import type { SandboxPool } from '../bullmq-internals.ts';
import { BootLead } from './boot-lead.ts';
import { HeapPatience } from './heap-patience.ts';
import type { Isolate } from './isolate.ts';
import { IsolateStarts } from './isolate-starts.ts';
import type { PoolOptions, RecycleCause } from './pool-options.ts';
import { Replacement } from './replacement.ts';
import { Retirements } from './retirement.ts';

/**
 * The isolates of one worker. BullMQ's pool keeps them for ever; this one replaces each at its limit: the replacement is
 * ready first, one at a time, and an isolate leaves only between two jobs, when the result of the last one is with the
 * parent.
 */
export class RecyclingChildPool implements SandboxPool {
  readonly #options: PoolOptions;
  readonly #starts: IsolateStarts;
  readonly #replacement: Replacement;
  readonly #retirements: Retirements;
  readonly #lead = new BootLead();
  readonly #heapPatience: HeapPatience;
  readonly #idle = new Set<Isolate>();
  readonly #busy = new Map<Child, Isolate>();
  readonly #begunMs = new WeakMap<Isolate, number>();
  /** The job for which BullMQ asks next; it says nothing of it to the pool. */
  #nextJob: object | null = null;
  /** Most jobs there were at once: as many isolates are wanted. */
  #wanted = 0;
  #isClosing = false;

  constructor(options: PoolOptions) {
    this.#options = options;
    const { minJobs, maxHeapBytes } = options.recycling;
    this.#heapPatience = new HeapPatience(minJobs, maxHeapBytes, options.warnings);
    this.#retirements = new Retirements(options.leaveTimeoutMs);
    this.#starts = new IsolateStarts(options, (isolate) => this.#onExit(isolate));
    this.#replacement = new Replacement({
      start: () => this.#startTimed(),
      onReady: (isolate) => this.#onReplacementReady(isolate),
      onFailure: (error) => this.#onReplacementFailed(error),
      nowMs: options.nowMs,
    });
  }

  /** Runs what asks for an isolate in the same turn, so that the isolate is known by its job. */
  handTo<T>(job: object, ask: () => T): T {
    this.#nextJob = job;
    try {
      return ask();
    } finally {
      this.#nextJob = null;
    }
  }

  /** From now on nothing is recycled, and isolates that die while they start are not tried again. */
  closing(): void {
    this.#isClosing = true;
    this.#starts.closing();
  }

  async retain(): Promise<Child> {
    const job = this.#nextJob;
    const isolate = this.#takeIdle() ?? (await this.#wait()) ?? (await this.#startForJob());
    this.#assign(isolate, job);
    return isolate.child;
  }

  release(child: Child): void {
    const isolate = this.#busy.get(child);
    if (isolate === undefined) return;
    this.#busy.delete(child);
    this.#lead.noteJob(this.#options.nowMs() - (this.#begunMs.get(isolate) ?? 0));
    isolate.job = null;
    isolate.jobs += 1;
    this.#idle.add(isolate);
    if (this.#isClosing || this.#mostOverdue() === null) return;
    if (this.#hasSpare) this.#retireOne();
    else this.#replacement.ensure();
  }

  /** Ends all, gracefully: awaits those that start and those that leave, too. */
  async clean(): Promise<void> {
    this.closing();
    // They have no job, and hear nothing before the processor file is loaded.
    await this.#starts.killStarting();
    await this.#replacement.settled();
    const all = [...this.#idle, ...this.#busy.values()];
    this.#idle.clear();
    this.#busy.clear();
    for (const isolate of all) void this.#retirements.retire(isolate);
    await this.#retirements.settled();
  }

  /** Ends all at once, in the middle of their jobs. */
  async kill(): Promise<void> {
    this.closing();
    await this.#starts.killAll();
  }

  /** The idle one nearest its limit: with any other order all would grow old together, and spares would never be used up. */
  #takeIdle(maySpent: boolean = this.#mayOverwork): Isolate | null {
    let best: Isolate | null = null;
    for (const isolate of this.#idle) {
      if (!isolate.isAlive || (isolate.isSpent && !maySpent)) continue;
      if (best === null || isolate.remaining < best.remaining) best = isolate;
    }
    if (best !== null) this.#idle.delete(best);
    return best;
  }

  /** Spent ones work on where nothing can take their place, or nothing shall any more. */
  get #mayOverwork(): boolean {
    return this.#replacement.isFailing || this.#isClosing;
  }

  /** For the replacement that is starting anyway. */
  async #wait(): Promise<Isolate | null> {
    const started = await this.#replacement.claim();
    if (started && this.#idle.delete(started)) return started;
    return this.#takeIdle();
  }

  async #startForJob(): Promise<Isolate> {
    try {
      const isolate = await this.#startTimed(true);
      if ([...this.#idle].some(({ isSpent }) => isSpent)) this.#retireOne();
      return isolate;
    } catch (error) {
      const isolate = this.#takeIdle(true);
      if (isolate === null) throw error;
      return isolate;
    }
  }

  async #startTimed(retries = false): Promise<Isolate> {
    const startMs = this.#options.nowMs();
    const isolate = await (retries ? this.#starts.startWithRetries() : this.#starts.start());
    this.#lead.noteBoot(this.#options.nowMs() - startMs);
    return isolate;
  }

  #assign(isolate: Isolate, job: object | null): void {
    isolate.job = job;
    isolate.hasBegun = false;
    this.#busy.set(isolate.child, isolate);
    this.#wanted = Math.max(this.#wanted, this.#busy.size);
    this.#begunMs.set(isolate, this.#options.nowMs());
    const { prewarm } = this.#options.recycling;
    const isNear = isolate.remaining <= this.#lead.jobs(isolate.limit);
    if (prewarm > 0 && isNear && !this.#hasSpare && !this.#isClosing) this.#replacement.ensure();
  }

  #causeToLeave(isolate: Isolate): RecycleCause | null {
    if (isolate.remaining <= 0) return 'jobs';
    return isolate.isAboveHeapLimit && isolate.jobs >= this.#heapPatience.minJobs(isolate) ? 'heap' : null;
  }

  #onReplacementReady(isolate: Isolate): void {
    this.#idle.add(isolate);
    if (this.#hasSpare) this.#retireOne();
  }

  #onReplacementFailed(error: Error): void {
    if (this.#isClosing) return;
    const text = `a replacement of an isolate did not start, so the old ones go on working past their limit; tried again with growing pauses. ${error.message}`;
    this.#options.warnings.warn('LEAKGUARD_REPLACEMENT', text);
  }

  /**
   * True while there is one isolate more than are wanted, so that one may leave. Counted, not noted: the one whose
   * replacement was started may have died meanwhile, or more jobs may have come at once.
   */
  get #hasSpare(): boolean {
    const isolates = [...this.#idle, ...this.#busy.values()];
    return isolates.filter(({ isAlive }) => isAlive).length > this.#wanted;
  }

  #mostOverdue(): Isolate | null {
    let most: Isolate | null = null;
    for (const isolate of this.#idle) {
      if (this.#causeToLeave(isolate) === null) continue;
      if (most === null || isolate.remaining < most.remaining) most = isolate;
    }
    return most;
  }

  /** Lets the idle isolate go that is most overdue. One at a time; those that shall not work any more do not wait for that. */
  #retireOne(): void {
    if (this.#isClosing) return;
    const due = this.#mostOverdue();
    if (due === null || (this.#retirements.count > 0 && !due.isSpent)) return;
    this.#idle.delete(due);
    void this.#retire(due, this.#causeToLeave(due)!);
  }

  async #retire(isolate: Isolate, reason: RecycleCause): Promise<void> {
    const startMs = this.#options.nowMs();
    await this.#retirements.retire(isolate);
    if (reason === 'heap') this.#heapPatience.left(isolate);
    this.#options.onRecycled(isolate, reason, this.#options.nowMs() - startMs);
    if (this.#hasSpare) this.#retireOne();
  }

  #onExit(isolate: Isolate): void {
    const wasHere = this.#idle.delete(isolate) || this.#busy.delete(isolate.child);
    if (wasHere && isolate.job !== null) this.#options.onCrash(isolate.job, isolate);
  }
}
