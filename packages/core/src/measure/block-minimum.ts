/** A row that carries one number to be minimised. */
export interface Valued {
  value: number;
}

/**
 * Keeps of every `size` consecutive rows the one with the smallest value, whole. What disturbs a floor (floating
 * garbage of incremental marking, large transients) pushes it up and never down: on recorded traces the minimum of
 * three cut the residual of natural GCs from 1.7 to 0.4 MB.
 */
export class BlockMinimum<Row extends Valued> {
  readonly #size: number;
  #seen = 0;
  #best: Row | null = null;

  constructor(size: number) {
    this.#size = size;
  }

  /** Takes a row; returns the block's minimum when the block is complete, the first of equals. */
  push(row: Row): Row | null {
    if (this.#best === null || row.value < this.#best.value) this.#best = row;
    this.#seen += 1;
    return this.#seen >= this.#size ? this.flush() : null;
  }

  /** The smallest so far of the open block. */
  get pending(): Row | null {
    return this.#best;
  }

  /** Ends the block early and returns its minimum, null if it is empty. */
  flush(): Row | null {
    const best = this.#best;
    this.#best = null;
    this.#seen = 0;
    return best;
  }
}
