/** Floors kept for the slope. */
export const FLOORS_OF_SLOPE = 24;
const MIN_FLOORS = 6;

/** Robust slope of the live heap over the last floors, by Theil and Sen: the median of all pairwise slopes. */
export class FloorSlope {
  readonly #floors: { timeMs: number; bytes: number }[] = [];

  push(timeMs: number, bytes: number): void {
    this.#floors.push({ timeMs, bytes });
    if (this.#floors.length > FLOORS_OF_SLOPE) this.#floors.shift();
  }

  /** The last floor, null before the first. */
  get lastBytes(): number | null {
    return this.#floors.at(-1)?.bytes ?? null;
  }

  /** Time of the last floor, null before the first. */
  get lastTimeMs(): number | null {
    return this.#floors.at(-1)?.timeMs ?? null;
  }

  /** Median milliseconds between the kept floors, null before two. */
  get intervalMs(): number | null {
    const gaps = this.#floors.slice(1).map((floor, i) => floor.timeMs - this.#floors[i]!.timeMs);
    return gaps.length === 0 ? null : median(gaps);
  }

  /** Bytes per hour, null with fewer than six floors. */
  get bytesPerHour(): number | null {
    if (this.#floors.length < MIN_FLOORS) return null;
    const slopes: number[] = [];
    for (const [i, a] of this.#floors.entries()) {
      for (const b of this.#floors.slice(i + 1)) {
        if (b.timeMs > a.timeMs) slopes.push(((b.bytes - a.bytes) / (b.timeMs - a.timeMs)) * 3_600_000);
      }
    }
    return slopes.length === 0 ? null : median(slopes);
  }
}

function median(values: number[]): number {
  const sorted = values.sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
