/** The lowest row of a block. */
export type Low<Row> = Row & {
  /** How high the others of the block came. */
  readonly highest: number;
  /** Number of the block among those of its length. */
  readonly block: number;
};

export interface ThinnedMinimaOptions<Row> {
  /** Looks of the first blocks. */
  size: number;
  /** Blocks kept at most. */
  kept: number;
  /** How often blocks may get twice as long. */
  doublings: number;
  /** What a block keeps, of its lowest row and the first one. @default the lowest row */
  merge?: (lowest: Row, first: Row) => Row;
}

/**
 * A long run in bounded room: of every block of consecutive rows the lowest one. When there are too many, neighbours are joined and
 * blocks get twice as long, up to a longest one; then the oldest are dropped. So what comes and goes, however slowly, drops below the
 * noise in the end, and what stays rises above it. Blocks begin at the same looks for all counts that are looked at together.
 */
export class ThinnedMinima<Row extends { readonly value: number }> {
  readonly #options: ThinnedMinimaOptions<Row>;
  #size: number;
  #open: Low<Row> | null = null;
  #rows: Low<Row>[] = [];
  /** How often blocks have doubled. */
  thinnings = 0;

  constructor(options: ThinnedMinimaOptions<Row>) {
    this.#options = options;
    this.#size = options.size;
  }

  /** Of complete blocks, oldest first. */
  get rows(): readonly Low<Row>[] {
    return this.#rows;
  }

  /** Of the block that is not complete, null while it is empty. */
  get pending(): Low<Row> | null {
    return this.#open;
  }

  /**
   * @param look number of the look, counted from 0 and from the same one for all; it may skip some
   * @returns true if a block was completed by it
   */
  push(row: Row, look: number): boolean {
    const block = Math.floor(look / this.#size);
    const isNext = this.#open !== null && this.#open.block !== block;
    if (isNext) this.#keep(this.#open!);
    const low = { ...row, highest: row.value, block };
    this.#open = this.#open === null || isNext ? low : this.#joined(this.#open, low);
    if ((look + 1) % this.#size > 0) return isNext;
    this.#keep(this.#open);
    this.#open = null;
    if (this.#rows.length === this.#options.kept && this.thinnings < this.#options.doublings) this.#thin();
    return true;
  }

  #keep(row: Low<Row>): void {
    this.#rows.push(row);
    if (this.#rows.length > this.#options.kept) this.#rows.shift();
  }

  #thin(): void {
    this.thinnings += 1;
    this.#size *= 2;
    const rows: Low<Row>[] = [];
    for (const row of this.#rows) {
      const moved = { ...row, block: row.block >> 1 };
      const before = rows.at(-1);
      if (before?.block === moved.block) rows[rows.length - 1] = this.#joined(before, moved);
      else rows.push(moved);
    }
    this.#rows = rows;
  }

  /** The lower one of two neighbours, the first of equals. */
  #joined(first: Low<Row>, second: Low<Row>): Low<Row> {
    const lowest = second.value < first.value ? second : first;
    const row = this.#options.merge?.(lowest, first) ?? lowest;
    return { ...row, highest: Math.max(first.highest, second.highest), block: first.block };
  }
}
