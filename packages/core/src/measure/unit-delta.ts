/** Lone units of every report interval that are read whatever the sampling: a worker with one job a minute is seen whole. */
const READS_PER_INTERVAL = 16;

/** A read above this was interrupted: it takes 1 us, cold in a server up to 15 us. Milliseconds. */
const MAX_READ_MS = 0.05;

export interface UnitDeltaOptions {
  /** A delta of this many bytes or more is a spike. */
  thresholdBytes: number;
  /** A scope's spikes are told at most once in so many milliseconds. */
  intervalMs: number;
  /** Beyond the first 16 of an interval about one lone unit in so many is read. */
  oneIn: () => number;
  now: () => number;
  /** Uniform in [0, 1). */
  random: () => number;
  heapUsedBytes: () => number;
  /** Gets what a read cost, milliseconds. */
  onCost: (ms: number) => void;
}

/** A spike that is due a line. */
export interface ScopeSpike {
  slot: number;
  /** Used heap at the unit's end less that at its begin. */
  bytes: number;
  /** Spikes of this scope since its last line that got none. */
  suppressed: number;
}

interface Reading {
  atMs: number;
  bytes: number;
}

/**
 * Heap deltas of units that ran alone, a sampled few of them. Without a GC in between the delta is exactly what was
 * allocated meanwhile (to the byte on Node 20 to 26), garbage and timers' work included.
 *
 * Whether a GC fell inside is not known when the unit ends: no figure of V8's that is cheap to read counts GCs, and a
 * used heap that has risen may still have been collected. The observer's entries tell, one or two turns of the event
 * loop later; so a large delta waits for them (`settle`). Meanwhile no other unit is read.
 */
export class UnitDelta {
  readonly #options: UnitDeltaOptions;
  readonly #told = new Map<number, { atMs: number; suppressed: number }>();
  #readsLeft = READS_PER_INTERVAL;
  #untilRead = 0;
  #begun: Reading | null = null;
  #candidate: { slot: number; bytes: number; fromMs: number; toMs: number; collected: boolean } | null = null;

  constructor(options: UnitDeltaOptions) {
    this.#options = options;
  }

  /** A unit began while nothing was in flight: reads the heap if it is one of the sampled; false if it is not. */
  begin(): boolean {
    if (this.#candidate !== null || !this.#isSampled()) return false;
    this.#begun = this.#read();
    return true;
  }

  /** The unit of the last `begin` ended, and nothing had begun since. True: a large delta waits for `settle`. */
  end(slot: number): boolean {
    const begun = this.#begun;
    if (begun === null) return false;
    this.#begun = null;
    const ended = this.#read();
    const bytes = ended.bytes - begun.bytes;
    if (bytes < this.#options.thresholdBytes) return false;
    this.#candidate = { slot, bytes, fromMs: begun.atMs, toMs: ended.atMs, collected: false };
    return true;
  }

  /** A GC became known that ran from `startMs` to `endMs` on the clock of `now`: it frees, so the delta says nothing. */
  gc(startMs: number, endMs: number): void {
    // The entry of a GC in a unit of several turns comes before that unit's end.
    if (this.#begun !== null && endMs >= this.#begun.atMs) this.#begun = null;
    const candidate = this.#candidate;
    if (candidate !== null && startMs <= candidate.toMs && endMs >= candidate.fromMs)
      candidate.collected = true;
  }

  /** All GCs up to the unit's end are known: the spike, or null if a GC fell inside or its scope had a line already. */
  settle(): ScopeSpike | null {
    const candidate = this.#candidate;
    this.#candidate = null;
    if (candidate === null || candidate.collected) return null;
    const { slot, bytes, toMs } = candidate;
    const last = this.#told.get(slot);
    if (last !== undefined && toMs - last.atMs < this.#options.intervalMs) {
      last.suppressed += 1;
      return null;
    }
    this.#told.set(slot, { atMs: toMs, suppressed: 0 });
    return { slot, bytes, suppressed: last?.suppressed ?? 0 };
  }

  /** Another scope has this slot from now on. */
  forget(slot: number): void {
    this.#told.delete(slot);
    if (this.#candidate?.slot === slot) this.#candidate.collected = true;
  }

  /** A report interval ended. */
  nextInterval(): void {
    this.#readsLeft = READS_PER_INTERVAL;
  }

  #isSampled(): boolean {
    if (this.#readsLeft > 0) {
      this.#readsLeft -= 1;
      return true;
    }
    this.#untilRead -= 1;
    if (this.#untilRead > 0) return false;
    // Gaps of random length: a fixed one could keep in step with work that repeats.
    this.#untilRead = 1 + Math.floor(this.#options.random() * (2 * this.#options.oneIn() - 1));
    return true;
  }

  #read(): Reading {
    const { now, heapUsedBytes, onCost } = this.#options;
    const startMs = now();
    const bytes = heapUsedBytes();
    const atMs = now();
    onCost(Math.min(atMs - startMs, MAX_READ_MS));
    return { atMs, bytes };
  }
}
