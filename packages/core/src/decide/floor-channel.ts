import { forgetIn } from '../attribute/row-history.ts';
import type { FloorReading } from '../internal-types.ts';
import { BlockMinimum } from '../measure/block-minimum.ts';
import { type FloorCounts, KINDS, SIGNALS, signalBytes, sourceAmounts } from '../measure/floor.ts';
import { isSettled } from '../measure/settled.ts';
import type { Signal } from '../types.ts';
import type { NamedGrowth } from './channel-growth.ts';
import { GrowthSearch, type SiteEvidence, type TimedRow } from './growth-search.ts';
import type { GrowthTracker } from './growth-tracker.ts';
import type { GrowthThresholds } from './thresholds.ts';

/** Major GCs per kept row. */
const BLOCK = 3;

/**
 * A forced GC leaves no floating garbage in old space: there every row is as good as a block's minimum. And until the
 * first verdict single rows are better than none: while something leaks fast, V8 lets the heap grow by a factor between
 * major GCs, so that a process may not live to see thirty of them.
 */
function isEarly(tracker: GrowthTracker): boolean {
  return tracker.verdict === 'warming-up';
}

interface Track {
  signal: Signal;
  search: GrowthSearch;
  block: BlockMinimum<TimedRow>;
}

/** The `floors` channel: live bytes after major GCs, four signals, each with its own rows and its own verdict. */
export class FloorChannel {
  /** Readings taken in after warm-up. */
  readings = 0;
  readonly #searches: readonly GrowthSearch[];
  readonly #tracks: readonly Track[];
  readonly #startMs: number;

  constructor(thresholds: GrowthThresholds, startMs: number) {
    this.#startMs = startMs;
    this.#searches = KINDS.map((signals) => new GrowthSearch(signals, thresholds));
    this.#tracks = KINDS.flatMap((signals, kind) =>
      signals.map((signal) => ({ signal, search: this.#searches[kind]!, block: new BlockMinimum(BLOCK) })),
    );
  }

  /** Takes the floor after one major GC with the counts that belong to it. */
  push(reading: FloorReading, counts: FloorCounts): void {
    if (!isSettled(counts.totalUnits, reading.timeMs - this.#startMs)) return;
    this.readings += 1;
    const row = {
      timeMs: reading.timeMs,
      sources: sourceAmounts(counts, reading.timeMs - this.#startMs),
      inFlight: counts.inFlight,
      totalUnits: counts.totalUnits,
    };
    for (const track of this.#tracks) {
      this.#take(track, { ...row, value: signalBytes(reading, track.signal) }, reading.forced);
    }
    for (const search of this.#searches) search.settle();
  }

  /**
   * The latest that sites say of who it is, null for nothing. Of the heap only: samples hold no backing stores of Buffers and no
   * native memory.
   */
  set siteEvidence(evidence: SiteEvidence | null) {
    this.#searches[0]!.siteEvidence = evidence;
  }

  /** Ends open blocks now, so that everything read so far counts. */
  flush(): void {
    for (const { signal, search, block } of this.#tracks) {
      const row = block.flush();
      if (row !== null) search.push(signal, row);
    }
    for (const search of this.#searches) search.settle();
  }

  /** Sources that any growth speaks of. */
  get spokenOf(): ReadonlySet<number> {
    return new Set(this.#searches.flatMap((search) => search.spokenOf));
  }

  /** From now on this source has done nothing so far; not for one that is spoken of. */
  forget(source: number): void {
    for (const { block } of this.#tracks) if (block.pending !== null) forgetIn(block.pending, source);
    for (const search of this.#searches) search.forget(source);
  }

  /** Growth by kind of memory: heap (two readings of the same bytes), external, array buffers; several of each. */
  growths(): NamedGrowth[] {
    return this.#searches.flatMap((search) => search.growths());
  }

  /** What searches a signal first, see {@link GrowthSearch.tracker}. */
  tracker(signal: Signal): GrowthTracker {
    return this.#tracks.find((track) => track.signal === signal)!.search.tracker(signal);
  }

  /** Rows in the analysis of the signal that is furthest. */
  get rows(): number {
    return Math.max(...SIGNALS.map((signal) => Math.round(this.tracker(signal).innovations)));
  }

  /** Major GCs still needed before the first verdict, which old space gives: there the first rows are single ones. */
  get majorGcsNeeded(): number {
    return this.tracker('oldSpace').rowsNeeded;
  }

  #take({ signal, search, block }: Track, row: TimedRow, forced: boolean): void {
    const single = signal === 'oldSpace' && (forced || isEarly(search.tracker(signal)));
    const kept = single ? row : block.push(row);
    if (kept !== null) search.push(signal, kept);
  }
}
