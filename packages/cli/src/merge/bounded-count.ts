/** Counts per key, of the first `max` keys; all others count under `rest`. */
export class BoundedCount {
  readonly #counts = new Map<string, number>();
  readonly #max: number;
  readonly #rest: string;

  constructor(max: number, rest = '(other)') {
    this.#max = max;
    this.#rest = rest;
  }

  add(key: string): void {
    const kept = this.#counts.has(key) || this.#counts.size < this.#max ? key : this.#rest;
    this.#counts.set(kept, (this.#counts.get(kept) ?? 0) + 1);
  }

  toRecord(): Record<string, number> {
    return Object.fromEntries(this.#counts);
  }
}
