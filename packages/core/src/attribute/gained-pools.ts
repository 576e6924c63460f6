import type { Survivor } from './survival-read.ts';

/** Gained samples by the scopes that they may belong to, sorted out once: hundreds of scopes may ask. */
export class GainedPools {
  readonly #all: Survivor[];
  readonly #unplaced: Survivor[] = [];
  readonly #bySlot = new Map<number, Survivor[]>();

  /** @param isKnown others are left out */
  constructor(gained: readonly Survivor[], isKnown: (sample: Survivor) => boolean) {
    this.#all = gained.filter(isKnown);
    for (const sample of this.#all) {
      if (sample.slots.length === 0) this.#unplaced.push(sample);
      for (const slot of sample.slots) this.#add(slot, sample);
    }
  }

  /** Samples that may be this scope's, those without any scope included; all for null. */
  of(slot: number | null): readonly Survivor[] {
    return slot === null ? this.#all : [...this.#unplaced, ...(this.#bySlot.get(slot) ?? [])];
  }

  #add(slot: number, sample: Survivor): void {
    const samples = this.#bySlot.get(slot);
    if (samples === undefined) this.#bySlot.set(slot, [sample]);
    else samples.push(sample);
  }
}
