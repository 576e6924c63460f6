import type { Candidate } from './attribute/credible-set.ts';
import { SiteSurvival } from './attribute/site-survival.ts';
import type { SurvivalJudgement } from './attribute/survival-judgement.ts';
import type { SiteEvidence } from './decide/growth-search.ts';
import { siteCandidates, siteEvidence } from './decide/site-naming.ts';
import { areForgotten, type SiteGrowth, siteGrowths } from './decide/site-verdicts.ts';
import type { GrowthThresholds } from './decide/thresholds.ts';
import { type AppFiles, processFiles } from './frames/app-files.ts';
import { FrameMap } from './frames/frame-map.ts';
import type { AllocationReading, Runtime } from './internal-types.ts';
import { FIRST_SCOPE, type FloorCounts } from './measure/floor.ts';
import { HandlerInbox } from './measure/handler-inbox.ts';
import { LocatedHandlers } from './measure/located-handlers.ts';
import { PlacedRead } from './placed-read.ts';
import { ReadStacks } from './read-stacks.ts';
import type { ResolvedStack } from './report/snapshot-data.ts';
import type { SiteReport } from './site-types.ts';
import { TurnQueue } from './turn-queue.ts';

/** The `sites` channel: from reads of the profiler to who allocated what stays, and what of it grows. */
export class SiteChannel {
  /** Handlers of scopes, as units bring them. */
  readonly handlers: HandlerInbox = new HandlerInbox();
  readonly #located: LocatedHandlers;
  readonly #thresholds: GrowthThresholds;
  readonly #frames: FrameMap;
  readonly #contained: (work: () => void) => void;
  readonly #queue: TurnQueue;
  #survival: SiteSurvival | null = null;
  #read: PlacedRead | null = null;
  #judgement: SurvivalJudgement | null = null;
  #evidence: SiteEvidence | null = null;
  #sources = FIRST_SCOPE;

  /** @param contained does work that must not throw into the host, and charges it to the guard's own cost */
  constructor(
    thresholds: GrowthThresholds,
    runtime: Runtime,
    contained: (work: () => void) => void,
    files: AppFiles = processFiles(() => runtime.now()),
  ) {
    this.#thresholds = thresholds;
    this.#contained = contained;
    this.#located = new LocatedHandlers((handler) => runtime.sampler.locate(handler));
    this.#frames = new FrameMap(files);
    this.#queue = new TurnQueue({ contained, nextTurn: (run) => runtime.nextTurn(run) });
  }

  /** The profiler was started with these counts. */
  start({ units, totalUnits }: FloorCounts): void {
    this.#survival = new SiteSurvival({ units: totalUnits, slotUnits: Float64Array.from(units) });
  }

  /**
   * Takes in one read with the counts of that moment; `nowMs` on the detector's clock. What its stacks need is read and learned first, a
   * piece per turn of the event loop: together it would stop a program for longer than the read did.
   *
   * @param done called when the read has been taken in: at once if there was little to do
   */
  push(reading: AllocationReading, counts: FloorCounts, nowMs: number, done: () => void): void {
    const read: { stacks: ReadStacks | null } = { stacks: null };
    const at = { heapBytes: reading.floor.heapBytes, nowMs };
    this.#queue.add(this.#prepare(reading, read), () => {
      this.#contained(() => this.#take(read.stacks, { ...counts, ...at }));
      done();
    });
  }

  /** What waits for source files is taken in without them. */
  stop(): void {
    this.#survival = null;
    this.#queue.stop();
  }

  *#prepare(reading: AllocationReading, read: { stacks: ReadStacks | null }): Generator<void, void> {
    for (const slot of this.#located.take(this.handlers)) this.#frames.register(slot, this.#located.of(slot));
    const stacks = new ReadStacks(reading, this.#frames);
    yield* this.#frames.learning(stacks.stacks);
    read.stacks = stacks;
  }

  #take(
    stacks: ReadStacks | null,
    { totalUnits, units, heapBytes, nowMs }: FloorCounts & { heapBytes: number; nowMs: number },
  ): void {
    if (this.#survival === null || stacks === null) return;
    this.#read = new PlacedRead(stacks, this.#frames);
    this.#survival.push({
      units: totalUnits,
      slotUnits: Float64Array.from(units),
      heapBytes,
      timeMs: nowMs,
      samples: this.#read.samples,
    });
    this.#sources = FIRST_SCOPE + units.length;
    this.#judge();
  }

  /** What the latest read says of who it is, for the floors' naming; null where no sample says anything. */
  get evidence(): SiteEvidence | null {
    return this.#judgement === null || this.#judgement.gained.length === 0 ? null : this.#evidence;
  }

  /** True while survivors of any key may be growing, so that another read would tell more. */
  get isSuspect(): boolean {
    if (this.#judgement === null) return false;
    const { all, scopes } = this.#judgement;
    return [all, ...scopes.values()].some(({ state }) => state !== 'quiet');
  }

  /**
   * What grows.
   *
   * @param floors who the floors think it is, null where they say nothing
   * @param told keys of growths that were told before
   */
  growths(floors: readonly Candidate[] | null, told: ReadonlySet<string>): SiteGrowth[] {
    if (this.#judgement === null) return [];
    const candidates = floors ?? siteCandidates(this.#evidence!([]));
    return siteGrowths(this.#judgement, this.#thresholds, candidates, told);
  }

  /** Whether what stays of a source is let go again in time; never at `prove`, where runs are too short for it. */
  areForgotten(source: number): boolean {
    if (this.#judgement === null || this.#thresholds.leakTotalBytes === 0) return false;
    return areForgotten(this.#judgement, source);
  }

  /** The function that allocated what stays of a scope; of everything for null. Null where no sample tells. */
  site(slot: number | null, nameOf: (slot: number) => string | undefined): SiteReport | null {
    if (this.#read === null || this.#judgement === null) return null;
    return this.#read.site(this.#judgement, slot, nameOf);
  }

  /** Live samples of the latest read by stack, null before the first. */
  stacks(nameOf: (slot: number) => string | undefined): ResolvedStack[] | null {
    return this.#read?.stacks(nameOf) ?? null;
  }

  /** A scope lost its slot. */
  forget(slot: number): void {
    this.handlers.forget(slot);
    this.#located.forget(slot);
    this.#frames.forget(slot);
    this.#survival?.forget(slot);
    this.#read?.forget(slot);
    if (this.#judgement !== null) this.#judge();
  }

  #judge(): void {
    this.#judgement = this.#survival!.judge();
    this.#evidence = siteEvidence(this.#judgement, this.#sources);
  }
}
