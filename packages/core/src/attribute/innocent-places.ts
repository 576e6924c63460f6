import { betaNodes, type ShareNode } from './beta-nodes.ts';
import { type SurvivorPlaces, weightOf } from './survivor-places.ts';

/** The innocent keep something, too: how surely it is known how much, and between which shares of the gained it is taken to be. */
const INNOCENT_STRENGTH = 4;
const MIN_INNOCENT = 0.15;
const MAX_INNOCENT = 0.85;
const NODES = 8;

/** Where innocent samples lie, as if so many had been seen before: below handlers, in sets, in middleware, nowhere. */
const PLACE_STRENGTH = 10;
const PLACE_PRIOR = { own: 0.4, sets: 0.15, middleware: 0.05, none: 0.4 };

/** Where samples lie that have nothing to do with the leak, and what share of the gained they may be. */
export class InnocentPlaces {
  /** Probability that an innocent sample lies in a middleware of all routes, or with no scope. */
  readonly middleware: number;
  readonly none: number;
  readonly #died: SurvivorPlaces;
  readonly #total: number;
  readonly #share: (slot: number) => number;
  readonly #sets: number;

  /**
   * @param died aged samples that died: what the innocent keep and let go
   * @param sets different sets of scopes among the gained
   * @param share of a slot in all units
   */
  constructor(died: SurvivorPlaces, sets: number, share: (slot: number) => number) {
    this.#died = died;
    this.#share = share;
    this.#sets = Math.max(1, sets);
    this.#total = weightOf(died) + PLACE_STRENGTH;
    this.middleware = this.#place(died.middleware, PLACE_PRIOR.middleware);
    this.none = this.#place(died.none, PLACE_PRIOR.none);
  }

  /** As many are innocent as died, give or take what chance does. */
  sharesOf(gained: number): ShareNode[] {
    const mean = this.expectedShare(gained);
    const strength = INNOCENT_STRENGTH + weightOf(this.#died) / 2;
    return betaNodes(strength * mean, strength * (1 - mean), NODES);
  }

  /** Of so much that was gained. */
  expectedShare(gained: number): number {
    const mean = (weightOf(this.#died) + 1) / (gained + 2);
    return Math.min(MAX_INNOCENT, Math.max(MIN_INNOCENT, mean));
  }

  /** Probability that an innocent sample lies below this slot's handler. */
  own(slot: number): number {
    return this.#place(this.#died.own.get(slot) ?? 0, PLACE_PRIOR.own * this.#share(slot));
  }

  /** That it lies in this set of scopes. */
  set(key: string): number {
    return this.#place(this.#died.sets.get(key)?.weight ?? 0, PLACE_PRIOR.sets / this.#sets);
  }

  #place(died: number, prior: number): number {
    return (died + PLACE_STRENGTH * prior) / this.#total;
  }
}
