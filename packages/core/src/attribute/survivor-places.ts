import type { SurvivorSample } from './survival-read.ts';

/** Samples by where they were allocated, each counted with the same weight. */
export interface SurvivorPlaces {
  /** By slot: below the handler of one scope. */
  own: Map<number, number>;
  /** That may belong to one of several scopes. */
  sets: Map<string, { slots: readonly number[]; weight: number }>;
  /** In a middleware that runs for nearly every unit. */
  middleware: number;
  /** No scope can be told: plumbing of requests, callbacks, timers. */
  none: number;
}

/** A middleware or set of scopes that does this share of all units says nothing of single scopes. */
const NEARLY_ALL = 0.8;

/**
 * @param weight what one sample counts: less than 1 where samples come and go together
 * @param shareOf a scope's share of all units
 */
export function survivorPlaces(
  samples: readonly SurvivorSample[],
  weight: number,
  shareOf: (slot: number) => number,
): SurvivorPlaces {
  const places: SurvivorPlaces = { own: new Map(), sets: new Map(), middleware: 0, none: 0 };
  for (const { slots, role } of samples) {
    if (slots.length === 1) {
      places.own.set(slots[0]!, (places.own.get(slots[0]!) ?? 0) + weight);
      continue;
    }
    const isWide = slots.length === 0 || slots.reduce((sum, slot) => sum + shareOf(slot), 0) >= NEARLY_ALL;
    if (isWide && role === 'middleware') places.middleware += weight;
    else if (slots.length === 0) places.none += weight;
    else addToSet(places, slots, weight);
  }
  return places;
}

function addToSet({ sets }: SurvivorPlaces, slots: readonly number[], weight: number): void {
  const key = [...slots].sort((a, b) => a - b).join();
  const known = sets.get(key);
  if (known === undefined) sets.set(key, { slots, weight });
  else known.weight += weight;
}

/** All samples of it. */
export function weightOf({ own, sets, middleware, none }: SurvivorPlaces): number {
  let weight = middleware + none;
  for (const value of own.values()) weight += value;
  for (const set of sets.values()) weight += set.weight;
  return weight;
}
