/** Most buckets of a trend, whatever the length of the log; between half as many and this many are used. */
export const MAX_BUCKETS = 24;

/**
 * The clock that all trends of one log share: bucket number = floor(time / width), the width doubling as the log grows longer.
 * Numbers are absolute, so it does not matter which file comes first.
 */
export class BucketClock {
  /** Milliseconds. */
  width = 1000;
  #first = Number.POSITIVE_INFINITY;
  #last = Number.NEGATIVE_INFINITY;

  /** Makes room for a time, epoch milliseconds. */
  include(time: number): void {
    this.#first = Math.min(this.#first, time);
    this.#last = Math.max(this.#last, time);
    while (this.bucketOf(this.#last) - this.bucketOf(this.#first) >= MAX_BUCKETS) this.width *= 2;
  }

  bucketOf(time: number): number {
    return Math.floor(time / this.width);
  }

  get first(): number {
    return this.bucketOf(this.#first);
  }

  get last(): number {
    return this.bucketOf(this.#last);
  }
}

/**
 * How many bytes stayed over time, summed over processes: a level is kept as changes per bucket, so that merging buckets and processes is an addition.
 */
export class Trend {
  readonly #clock: BucketClock;
  #width: number;
  #changes = new Map<number, number>();

  constructor(clock: BucketClock) {
    this.#clock = clock;
    this.#width = clock.width;
  }

  /** Something grew or fell by `bytes` at `time`; the clock must include the time. */
  change(time: number, bytes: number): void {
    if (bytes === 0) return;
    this.#rescale();
    const bucket = this.#clock.bucketOf(time);
    this.#changes.set(bucket, (this.#changes.get(bucket) ?? 0) + bytes);
  }

  /** Level at the end of each bucket, bytes; null where nothing was ever measured. */
  levels(): number[] | null {
    if (this.#changes.size === 0) return null;
    this.#rescale();
    const levels: number[] = [];
    let level = 0;
    for (let bucket = this.#clock.first; bucket <= this.#clock.last; bucket++) {
      level += this.#changes.get(bucket) ?? 0;
      levels.push(Math.max(0, Math.round(level)));
    }
    return levels;
  }

  #rescale(): void {
    if (this.#width === this.#clock.width) return;
    const factor = this.#clock.width / this.#width;
    const merged = new Map<number, number>();
    for (const [bucket, bytes] of this.#changes) {
      const wide = Math.floor(bucket / factor);
      merged.set(wide, (merged.get(wide) ?? 0) + bytes);
    }
    this.#changes = merged;
    this.#width = this.#clock.width;
  }
}
