import { BlockMinimum, type Valued } from './block-minimum.ts';

/**
 * A long run in bounded room: minima of blocks of consecutive rows. When there are too many, neighbours are joined and blocks get twice
 * as long, up to a longest one; then the oldest are dropped. So what comes and goes, however slowly, drops below the noise in the end,
 * and what stays rises above it.
 */
export class ThinnedMinima<Row extends Valued> {
  readonly #kept: number;
  readonly #doublings: number;
  #size: number;
  #block: BlockMinimum<Row>;
  #rows: Row[] = [];
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
    this.#block = new BlockMinimum(size);
  }

  /** Oldest first, of complete blocks. */
  get rows(): readonly Row[] {
    return this.#rows;
  }

  /** The smallest row so far of the open block. */
  get pending(): Row | null {
    return this.#block.pending;
  }

  /** @returns true if a block was completed by it */
  push(row: Row): boolean {
    const minimum = this.#block.push(row);
    if (minimum === null) return false;
    this.#rows.push(minimum);
    if (this.#rows.length > this.#kept) this.#rows.shift();
    else if (this.#rows.length === this.#kept && this.thinnings < this.#doublings) this.#thin();
    return true;
  }

  #thin(): void {
    this.thinnings += 1;
    this.#size *= 2;
    this.#block = new BlockMinimum(this.#size);
    this.#rows = joined(this.#rows);
  }
}

/** The lower one of every two neighbours; an odd last one is left out. */
export function joined<Row extends Valued>(rows: readonly Row[]): Row[] {
  return rows.flatMap((row, k) => {
    const next = rows[k + 1];
    if (k % 2 > 0 || next === undefined) return [];
    return [next.value < row.value ? next : row];
  });
}
