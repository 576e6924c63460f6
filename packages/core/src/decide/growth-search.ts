import { PROCESS_MODEL, type RowModel } from '../attribute/saturation.ts';
import type { BankRow } from '../attribute/source-bank.ts';
import { BACKGROUND } from '../measure/floor.ts';
import type { Signal } from '../types.ts';
import { type ChannelGrowth, heapGrowth, type NamedGrowth, namingHeapGrowth } from './channel-growth.ts';
import { GrowthTracker } from './growth-tracker.ts';
import type { GrowthThresholds } from './thresholds.ts';

/** Growths of one kind of memory that are told apart; what is beyond them stays unseen until one of them stops. */
const MAX_GROWTHS = 3;

/** What sites say of who it is, by source, when the growth of some sources is known. */
export type SiteEvidence = (known: readonly number[]) => Float64Array;

/** A row with the clock of its GC. */
export interface TimedRow extends BankRow {
  timeMs: number;
}

/** What looks for one growth beside those that are known: a tracker per signal of the kind of memory. */
class Suspicion {
  readonly key: string;
  readonly trackers: ReadonlyMap<Signal, GrowthTracker>;
  readonly #byExactness: boolean;
  #namedInOldSpace: number | undefined;

  constructor(key: string, trackers: ReadonlyMap<Signal, GrowthTracker>, byExactness: boolean) {
    this.key = key;
    this.#byExactness = byExactness;
    this.trackers = trackers;
  }

  /** The source that is named, null for none. Cheap, where `growth` takes an analysis for the size. */
  get source(): number | null {
    const heap = this.trackers.get('heap');
    const oldSpace = this.trackers.get('oldSpace')?.growth ?? null;
    const naming = heap === undefined ? this.#only() : namingHeapGrowth(heap.growth, oldSpace);
    return naming?.source ?? null;
  }

  get growth(): ChannelGrowth | null {
    const heap = this.trackers.get('heap');
    if (heap === undefined) return this.#only();
    const oldSpace = this.trackers.get('oldSpace')!.growth;
    const sizeOnHeap = oldSpace === null ? null : heap.sizeOf(oldSpace.source);
    return heapGrowth(heap.growth, oldSpace, { sizeOnHeap, byExactness: this.#byExactness });
  }

  /** What stopped in old space has stopped on the heap, too, whose rows come a block later. */
  clearTogether(): void {
    const heap = this.trackers.get('heap');
    const named = this.trackers.get('oldSpace')?.growth?.source;
    const before = this.#namedInOldSpace;
    this.#namedInOldSpace = named;
    if (before !== undefined && named === undefined && heap?.growth?.source === before) heap.clear();
  }

  /** @param sites what sites say beside the known sources, null for nothing */
  assume(known: readonly number[], sites: Float64Array | null): void {
    for (const tracker of this.trackers.values()) {
      tracker.siteEvidence = sites;
      tracker.assume(known);
    }
  }

  #only(): ChannelGrowth | null {
    const [[signal, tracker]] = [...this.trackers] as [[Signal, GrowthTracker]];
    return tracker.growth === null ? null : { ...tracker.growth, signal, namedBy: signal };
  }
}

/**
 * Tells several growths of one kind of memory apart by forward selection: once a source is named, the rows are searched
 * again beside it, and every named source is sized beside all the others. Alone, the largest leak would hide the others
 * and its size would hold part of theirs.
 */
export class GrowthSearch {
  readonly #signals: readonly Signal[];
  readonly #thresholds: GrowthThresholds;
  readonly #model: RowModel;
  #suspicions: Suspicion[] = [];
  #made = 0;
  #siteEvidence: SiteEvidence | null = null;

  /** @param signals readings of one kind of memory: the heap and old space, or one other */
  constructor(signals: readonly Signal[], thresholds: GrowthThresholds, model: RowModel = PROCESS_MODEL) {
    this.#signals = signals;
    this.#thresholds = thresholds;
    this.#model = model;
    this.#suspicions.push(this.#suspect([]));
  }

  /** The first search: what it says when nothing grows is what the report says. */
  tracker(signal: Signal): GrowthTracker {
    return this.#suspicions[0]!.trackers.get(signal)!;
  }

  /** The latest that sites say, null for nothing: names follow it from the next row on. */
  set siteEvidence(evidence: SiteEvidence | null) {
    this.#siteEvidence = evidence;
    this.#assumeEachOther();
  }

  push(signal: Signal, row: TimedRow): void {
    for (const { trackers } of this.#suspicions) trackers.get(signal)!.push(row, row.timeMs);
  }

  /** Called when all signals of a GC were pushed: draws the consequences of what was named, renamed or cleared. */
  settle(): void {
    for (const suspicion of this.#suspicions) suspicion.clearTogether();
    this.#assumeEachOther();
    this.#dropIdle();
    const named = namedBy(this.#suspicions);
    if (named.length === this.#suspicions.length && named.length < MAX_GROWTHS) {
      this.#suspicions.push(this.#suspect(named));
    }
  }

  /** Whether something grows that is not confirmed yet; known without an analysis. */
  get isUnsure(): boolean {
    return this.#trackers().some(({ growth }) => growth?.verdict === 'growing');
  }

  /** Sources that are named; known without an analysis. */
  get sources(): readonly number[] {
    return namedBy(this.#suspicions);
  }

  /** Sources that any growth speaks of. */
  get spokenOf(): readonly number[] {
    return this.#trackers().flatMap((tracker) => tracker.spokenOf);
  }

  /** From now on this source has done nothing so far. */
  forget(source: number): void {
    for (const tracker of this.#trackers()) tracker.forget(source);
  }

  growths(): NamedGrowth[] {
    return this.#suspicions.flatMap(({ key, growth }) => (growth === null ? [] : [{ ...growth, key }]));
  }

  #trackers(): GrowthTracker[] {
    return this.#suspicions.flatMap(({ trackers }) => [...trackers.values()]);
  }

  /** What one found is known to all others; one that the others explain away is dropped by this. */
  #assumeEachOther(): void {
    for (const suspicion of this.#suspicions) {
      const known = namedBy(this.#suspicions.filter((other) => other !== suspicion));
      suspicion.assume(known, this.#siteEvidence?.(known) ?? null);
    }
  }

  /** One search is enough. The first stays, because it holds the longest memory. */
  #dropIdle(): void {
    const idle = this.#suspicions.filter(({ source }) => source === null);
    this.#suspicions = this.#suspicions.filter((item) => !idle.includes(item) || item === idle[0]);
  }

  #suspect(known: readonly number[]): Suspicion {
    const trackers = new Map<Signal, GrowthTracker>();
    const sites = this.#siteEvidence?.(known) ?? null;
    for (const signal of this.#signals) {
      const tracker = new GrowthTracker(this.#thresholds, new Set([BACKGROUND]), known, this.#model);
      tracker.siteEvidence = sites;
      for (const { row } of this.#suspicions[0]?.trackers.get(signal)?.history ?? []) {
        tracker.push(row, (row as TimedRow).timeMs);
      }
      trackers.set(signal, tracker);
    }
    this.#made += 1;
    return new Suspicion(`${this.#signals[0]}/${this.#made}`, trackers, this.#model !== PROCESS_MODEL);
  }
}

function namedBy(suspicions: readonly Suspicion[]): number[] {
  return suspicions.flatMap(({ source }) => (source === null ? [] : [source]));
}
