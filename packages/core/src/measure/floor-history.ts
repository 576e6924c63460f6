/** Live heap at one floor. */
export interface FloorRow {
  timeMs: number;
  /** Bytes. */
  value: number;
}

/** Rows kept; then the older half is thinned to every second one. */
const KEPT = 240;

/** The whole run's floors in bounded room: the newest as they came, older ones ever sparser. */
export class FloorHistory {
  #rows: FloorRow[] = [];

  /** Oldest first. */
  get rows(): readonly FloorRow[] {
    return this.#rows;
  }

  /** Of two floors at one moment the later one counts. */
  push(row: FloorRow): void {
    if (this.#rows.at(-1)?.timeMs === row.timeMs) this.#rows.pop();
    this.#rows.push(row);
    if (this.#rows.length > KEPT) this.#thin();
  }

  #thin(): void {
    const middle = this.#rows.length >> 1;
    const older = this.#rows.slice(0, middle).filter((_, i) => i % 2 === 0);
    this.#rows = [...older, ...this.#rows.slice(middle)];
  }
}
