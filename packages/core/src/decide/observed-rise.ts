/** Values kept; the lowest of them is where growth is measured from. */
const KEPT = 512;

/** How far a signal has really risen: no source can have leaked more than that. */
export class ObservedRise {
  readonly #values: number[] = [];

  push(value: number): void {
    this.#values.push(value);
    if (this.#values.length > KEPT) this.#values.shift();
  }

  /** Bytes from the lowest value kept to the last one. */
  get bytes(): number {
    const last = this.#values.at(-1);
    return last === undefined ? 0 : last - Math.min(...this.#values);
  }
}
