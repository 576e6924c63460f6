/** The lowest row of a block, and how high the others came. */
export type Low<Row> = Row & { readonly highest: number };

/**
 * A long run in bounded room: of every block of consecutive rows the lowest one. When there are too many, neighbours are joined and
 * blocks get twice as long, up to a longest one; then the oldest are dropped. So what comes and goes, however slowly, drops below the
 * noise in the end, and what stays rises above it.
 */
export class ThinnedMinima<Row extends { readonly value: number }> {
  readonly #kept: number;
  readonly #doublings: number;
  #size: number;
  #open: Low<Row> | null = null;
  #seen = 0;
  #rows: Low<Row>[] = [];
  /** How often blocks have doubled. */
  thinnings = 0;

  /**
   * @param size rows of the first blocks
   * @param kept blocks kept at most, an even number; half of them stay when neighbours are joined
   * @param doublings how often blocks may get twice as long
   */
  constructor(size: number, kept: number, doublings: number) {
    this.#size = size;
    this.#kept = kept;
    this.#doublings = doublings;
  }

  /** Of complete blocks, oldest first. */
  get rows(): readonly Low<Row>[] {
    return this.#rows;
  }

  /** Of the block that is not complete, null while it is empty. */
  get pending(): Low<Row> | null {
    return this.#open;
  }

  /** @returns true if a block was completed by it */
  push(row: Row): boolean {
    const low = { ...row, highest: row.value };
    this.#open = this.#open === null ? low : lower(this.#open, low);
    this.#seen += 1;
    if (this.#seen < this.#size) return false;
    this.#rows.push(this.#open);
    this.#open = null;
    this.#seen = 0;
    if (this.#rows.length > this.#kept) this.#rows.shift();
    else if (this.#rows.length === this.#kept && this.thinnings < this.#doublings) this.#thin();
    return true;
  }

  #thin(): void {
    this.thinnings += 1;
    this.#size *= 2;
    this.#rows = this.#rows.flatMap((row, k, rows) => (k % 2 === 0 ? [lower(row, rows[k + 1]!)] : []));
  }
}

/** The lower one of two neighbours, the first of equals. */
function lower<Row extends { readonly value: number }>(a: Low<Row>, b: Low<Row>): Low<Row> {
  return { ...(b.value < a.value ? b : a), highest: Math.max(a.highest, b.highest) };
}
