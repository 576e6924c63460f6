import type { BankRow } from '../attribute/source-bank.ts';
import type { FloorReading } from '../internal-types.ts';
import { BlockMinimum } from '../measure/block-minimum.ts';
import { BACKGROUND, type FloorCounts, SIGNALS, signalBytes, sourceAmounts } from '../measure/floor.ts';
import type { Signal } from '../types.ts';
import { heapGrowth, type NamedGrowth } from './channel-growth.ts';
import { GrowthTracker } from './growth-tracker.ts';
import type { GrowthThresholds } from './thresholds.ts';

/** Rows before this many units are left out, or before this time where traffic is thin: the steepest warm-up. */
const WARM_UP_UNITS = 3000;
const WARM_UP_MS = 60_000;

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

interface FloorRow extends BankRow {
  timeMs: number;
}

interface Track {
  signal: Signal;
  tracker: GrowthTracker;
  block: BlockMinimum<FloorRow>;
}

/** The `floors` channel: live bytes after major GCs, four signals, each with its own rows and its own verdict. */
export class FloorChannel {
  /** Readings taken in after warm-up. */
  readings = 0;
  readonly #tracks: readonly Track[];
  readonly #startMs: number;

  constructor(thresholds: GrowthThresholds, startMs: number) {
    this.#startMs = startMs;
    this.#tracks = SIGNALS.map((signal) => ({
      signal,
      tracker: new GrowthTracker(thresholds, new Set([BACKGROUND])),
      block: new BlockMinimum(BLOCK),
    }));
  }

  /** Takes the floor after one major GC with the counts that belong to it. */
  push(reading: FloorReading, counts: FloorCounts): void {
    if (counts.totalUnits < WARM_UP_UNITS && reading.timeMs - this.#startMs < WARM_UP_MS) return;
    this.readings += 1;
    const row = {
      timeMs: reading.timeMs,
      sources: sourceAmounts(counts, reading.timeMs - this.#startMs),
      inFlight: counts.inFlight,
      totalUnits: counts.totalUnits,
    };
    const named = this.tracker('oldSpace').growth?.source;
    for (const track of this.#tracks) {
      this.#take(track, { ...row, value: signalBytes(reading, track.signal) }, reading.forced);
    }
    this.#clearTogether(named);
  }

  /** Ends open blocks now, so that everything read so far counts. */
  flush(): void {
    for (const { tracker, block } of this.#tracks) this.#keep(tracker, block.flush());
  }

  /** Growth by kind of memory: heap (two readings of the same bytes), external, array buffers. */
  growths(): NamedGrowth[] {
    const named = (signal: Signal): NamedGrowth | null => {
      const found = this.tracker(signal).growth;
      return found === null ? null : { ...found, signal, namedBy: signal };
    };
    return [this.#heapGrowth(), named('external'), named('arrayBuffers')].filter((item) => item !== null);
  }

  #heapGrowth(): NamedGrowth | null {
    const heap = this.tracker('heap');
    const oldSpace = this.tracker('oldSpace').growth;
    const sizeOnHeap = oldSpace === null ? null : (heap.analyse()?.estimate(oldSpace.source) ?? null);
    return heapGrowth(heap.growth, oldSpace, sizeOnHeap);
  }

  tracker(signal: Signal): GrowthTracker {
    return this.#tracks.find((track) => track.signal === signal)!.tracker;
  }

  /** Rows in the analysis of the signal that is furthest. */
  get rows(): number {
    return Math.max(...this.#tracks.map(({ tracker }) => Math.round(tracker.innovations)));
  }

  /** Major GCs still needed before the first verdict, which old space gives: there the first rows are single ones. */
  get majorGcsNeeded(): number {
    return this.tracker('oldSpace').rowsNeeded;
  }

  /** What stopped in old space has stopped on the heap, too, whose rows come a block later. */
  #clearTogether(source: number | undefined): void {
    const heap = this.tracker('heap');
    const stopped = source !== undefined && this.tracker('oldSpace').growth === null;
    if (stopped && heap.growth?.source === source) heap.clear();
  }

  #take({ signal, tracker, block }: Track, row: FloorRow, forced: boolean): void {
    if (signal === 'oldSpace' && (forced || isEarly(tracker))) this.#keep(tracker, row);
    else this.#keep(tracker, block.push(row));
  }

  #keep(tracker: GrowthTracker, row: FloorRow | null): void {
    if (row === null) return;
    tracker.push(row, row.timeMs);
  }
}
