import type { SurvivorSample } from './survival-read.ts';

/**
 * What is judged: all survivors together, those that belong to one scope for sure, and those of one function. Inlining
 * moves new samples of a function to its caller, so that a function may seem to stop; the other two keys do not split.
 */
export class KeyTable<T> {
  readonly all: T;
  readonly scopes: Map<number, T> = new Map();
  readonly sites: Map<number, T> = new Map();
  readonly #make: () => T;

  constructor(make: () => T) {
    this.#make = make;
    this.all = make();
  }

  scope(slot: number): T {
    return this.#of(this.scopes, slot);
  }

  site(site: number): T {
    return this.#of(this.sites, site);
  }

  /** Calls back with the value of every key that a sample counts for, and the scope whose units are its exposure. */
  each({ slots, site }: SurvivorSample, visit: (value: T, slot: number | null) => void): void {
    visit(this.all, null);
    if (slots.length === 1) visit(this.scope(slots[0]!), slots[0]!);
    visit(this.site(site), null);
  }

  #of(values: Map<number, T>, id: number): T {
    let value = values.get(id);
    if (value === undefined) {
      value = this.#make();
      values.set(id, value);
    }
    return value;
  }
}
