import type { Candidate } from './attribute/credible-set.ts';
import { isGrowing } from './attribute/key-growth.ts';
import { SiteSurvival } from './attribute/site-survival.ts';
import type { SurvivalJudgement } from './attribute/survival-judgement.ts';
import type { SiteEvidence } from './decide/growth-search.ts';
import { siteCandidates, siteEvidence, siteEvidenceSteps } from './decide/site-naming.ts';
import { areForgotten, type SiteGrowth, siteGrowths } from './decide/site-verdicts.ts';
import type { GrowthThresholds } from './decide/thresholds.ts';
import { type AppFiles, processFiles } from './frames/app-files.ts';
import { FrameMap } from './frames/frame-map.ts';
import type { Runtime } from './internal-types.ts';
import { FIRST_SCOPE, type FloorCounts } from './measure/floor.ts';
import { HandlerInbox, type OfferedHandler } from './measure/handler-inbox.ts';
import { LocatedHandlers } from './measure/located-handlers.ts';
import { type NameOf, PlacedRead } from './placed-read.ts';
import { ReadStacks } from './read-stacks.ts';
import type { ResolvedStack } from './report/snapshot-data.ts';
import type { SiteRead } from './site-reader.ts';
import type { SiteReport } from './site-types.ts';
import { TurnQueue } from './turn-queue.ts';

/** What the channel needs of the process. */
export interface SiteChannelParts {
  runtime: Runtime;
  /** Does work that must not throw into the host. */
  contained: (work: () => void) => void;
  /** How the scopes of slots are called. */
  nameOf: NameOf;
  /** Milliseconds that reading one source file may stop the program. */
  maxPauseMs: number;
  /** @default those of the process */
  files?: AppFiles;
}

/** What a read says, as far as it is judged. */
interface Judged {
  read: PlacedRead;
  judgement: SurvivalJudgement;
  evidence: SiteEvidence;
}

/** The `sites` channel: from reads of the profiler to who allocated what stays, and what of it grows. */
export class SiteChannel {
  /** Handlers of scopes, as units bring them. */
  readonly handlers: HandlerInbox = new HandlerInbox();
  readonly #located: LocatedHandlers;
  readonly #thresholds: GrowthThresholds;
  readonly #frames: FrameMap;
  readonly #contained: (work: () => void) => void;
  readonly #nameOf: NameOf;
  readonly #queue: TurnQueue;
  #survival: SiteSurvival | null = null;
  #judged: Judged | null = null;
  /** The judgement counts samples for a scope that has lost its slot. */
  #isStale = false;
  /** Reads that are not taken in yet, with the slots that have lost their scope since they were read. */
  readonly #placing = new Map<SiteRead, Set<number>>();
  #sources = FIRST_SCOPE;

  constructor(
    thresholds: GrowthThresholds,
    { runtime, contained, nameOf, maxPauseMs, files = processFiles(() => runtime.now()) }: SiteChannelParts,
  ) {
    this.#thresholds = thresholds;
    this.#contained = contained;
    this.#nameOf = nameOf;
    this.#located = new LocatedHandlers(runtime.sampler);
    this.#frames = new FrameMap(files, maxPauseMs);
    this.#queue = new TurnQueue({
      now: () => runtime.now(),
      nextTurn: (run, isAwaited) => runtime.nextTurn(run, isAwaited),
      contained,
    });
  }

  /** The profiler was started with these counts; `nowMs` on the detector's clock. */
  start({ units, totalUnits }: FloorCounts, nowMs: number): void {
    this.#survival = new SiteSurvival({
      units: totalUnits,
      slotUnits: Float64Array.from(units),
      timeMs: nowMs,
    });
  }

  /**
   * Takes in one read with the counts of that moment; `nowMs` on the detector's clock. All of it comes in later turns of the event loop, a few
   * milliseconds each: together it would stop a program for longer than the read did. Until then the channel says what it said before.
   *
   * @param done called when the read has been taken in
   */
  push(read: SiteRead, counts: FloorCounts, nowMs: number, done: () => void): void {
    this.#placing.set(read, new Set());
    this.#queue.add({
      steps: this.#steps(read, this.handlers.take(), { ...counts, nowMs }),
      run: () => {
        this.#placing.delete(read);
        done();
      },
      turn: (work) => read.cost.turn(() => this.#contained(work)),
      isAwaited: read.isOnDemand,
    });
  }

  /** A read is on its way. */
  get isPlacing(): boolean {
    return this.#placing.size > 0;
  }

  /** The profiler is lost: the channel says nothing from now on. @returns whether it said something until now */
  lose(): boolean {
    const hadSpoken = this.#judged !== null;
    this.#judged = null;
    this.stop();
    return hadSpoken;
  }

  /** What is not taken in yet is passed over. */
  stop(): void {
    this.#survival = null;
    this.#queue.stop();
  }

  #register(slots: readonly number[]): void {
    for (const slot of slots) this.#frames.register(slot, this.#located.of(slot));
  }

  *#steps(
    read: SiteRead,
    handlers: readonly OfferedHandler[],
    counts: FloorCounts & { nowMs: number },
  ): Generator<void, void> {
    const survival = this.#survival;
    if (survival === null) return;
    const { reading } = read;
    this.#register(yield* this.#located.taking(handlers));
    // Before anything is learned: what is learned below a wrapper is of all that it wraps.
    this.#register(yield* this.#located.looking((place) => this.#frames.isShared(place)));
    const stacks = yield* ReadStacks.taking(reading, this.#frames);
    yield* this.#frames.learning(stacks.stacks);
    this.#register(yield* this.#located.looking((place) => this.#frames.isWrapper(place)));
    const placed = yield* PlacedRead.placing(stacks, { frames: this.#frames, nameOf: this.#nameOf });
    yield* survival.pushing({
      units: counts.totalUnits,
      slotUnits: Float64Array.from(counts.units),
      heapBytes: reading.floor.heapBytes,
      timeMs: counts.nowMs,
      samples: placed.samples,
    });
    const sources = FIRST_SCOPE + counts.units.length;
    const judgement = survival.judge();
    yield;
    const evidence = yield* siteEvidenceSteps(judgement, sources);
    for (const slot of [null, ...growingSlots(judgement)]) {
      // Found now, so that a report only looks them up.
      placed.site(judgement, slot);
      yield;
    }
    this.#sources = sources;
    this.#judged = { read: placed, judgement, evidence };
    this.#isStale = false;
    for (const slot of this.#placing.get(read) ?? []) this.#leave(slot);
  }

  /** What the latest read says of who it is, for the floors' naming; null where no sample says anything. */
  get evidence(): SiteEvidence | null {
    const judged = this.#current();
    return judged === null || judged.judgement.gained.length === 0 ? null : judged.evidence;
  }

  /** True while survivors of any key may be growing, so that another read would tell more. */
  get isSuspect(): boolean {
    const judged = this.#current();
    if (judged === null) return false;
    const { all, scopes } = judged.judgement;
    return [all, ...scopes.values()].some(({ state }) => state !== 'quiet');
  }

  /**
   * What grows.
   *
   * @param floors who the floors think it is, null where they say nothing
   * @param told keys of growths that were told before
   */
  growths(floors: readonly Candidate[] | null, told: ReadonlySet<string> = new Set()): SiteGrowth[] {
    const judged = this.#current();
    if (judged === null) return [];
    const candidates = floors ?? siteCandidates(judged.evidence([]));
    const left = [...this.#placing.values()];
    return siteGrowths(judged.judgement, this.#thresholds, candidates, told).filter(
      ({ source }) => !left.some((slots) => slots.has(source - FIRST_SCOPE)),
    );
  }

  /** Whether what stays of a source is let go again in time; never at `prove`, where runs are too short for it. */
  areForgotten(source: number): boolean {
    const judged = this.#current();
    if (judged === null || this.#thresholds.leakTotalBytes === 0) return false;
    return areForgotten(judged.judgement, source);
  }

  /** The function that allocated what stays of a scope; of everything for null. Null where no sample tells. */
  site(slot: number | null): SiteReport | null {
    const judged = this.#current();
    return judged === null ? null : judged.read.site(judged.judgement, slot);
  }

  /** Source files that were not parsed as they would have taken too long, those found since the last time that this was asked. */
  takeUnparsed(): string[] {
    return this.#frames.takeUnparsed();
  }

  /** Live samples of the latest read by stack, null before the first. */
  stacks(): ResolvedStack[] | null {
    return this.#judged?.read.stacks() ?? null;
  }

  /** A scope lost its slot. */
  forget(slot: number): void {
    this.handlers.forget(slot);
    this.#leave(slot);
    for (const left of this.#placing.values()) left.add(slot);
  }

  #leave(slot: number): void {
    this.#located.forget(slot);
    this.#frames.forget(slot);
    this.#survival?.forget(slot);
    this.#judged?.read.forget(slot);
    this.#isStale = true;
  }

  /** Judged anew at most once after scopes have left, and not in the middle of a read, which will be judged then. */
  #current(): Judged | null {
    const judged = this.#judged;
    const isToJudge = this.#isStale && this.#placing.size === 0 && this.#survival !== null;
    if (judged === null || !isToJudge) return judged;
    const judgement = this.#survival!.judge();
    this.#isStale = false;
    this.#judged = { ...judged, judgement, evidence: siteEvidence(judgement, this.#sources) };
    return this.#judged;
  }
}

function growingSlots({ scopes }: SurvivalJudgement): number[] {
  return [...scopes].filter(([, { state }]) => isGrowing(state)).map(([slot]) => slot);
}
