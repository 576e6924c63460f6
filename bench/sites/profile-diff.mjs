import { functionOf, keyedSamples } from './rival-keys.mjs';

/** People let a process warm up before they take the first profile; the guard's own warm-up is as long. */
const FIRST_AFTER_UNITS = 3000;

/** What people do by hand: the first profile taken from each later one, and whatever grew most is to blame. Always blames somebody. */
export class ProfileDiff {
  /** @type {{ routes: Map<string, number>, functions: Map<string, number> } | null} */
  #first = null;

  /** @param {import('./host/serve.mjs').RivalReading} reading */
  push(reading) {
    const nobody = { route: null, fn: null };
    if (this.#first === null && reading.units < FIRST_AFTER_UNITS) return nobody;
    const samples = keyedSamples(reading);
    const now = { routes: sums(samples, 'route'), functions: sums(samples, 'fn') };
    if (this.#first === null) {
      this.#first = now;
      return nobody;
    }
    return {
      route: mostGrown(now.routes, this.#first.routes),
      fn: functionOf(mostGrown(now.functions, this.#first.functions)),
    };
  }
}

/** @param {readonly import('./rival-keys.mjs').KeyedSample[]} samples @param {'route' | 'fn'} field */
function sums(samples, field) {
  /** @type {Map<string, number>} */
  const bytes = new Map();
  for (const sample of samples) {
    const key = sample[field];
    if (key !== null) bytes.set(key, (bytes.get(key) ?? 0) + sample.bytes);
  }
  return bytes;
}

/** @param {ReadonlyMap<string, number>} now @param {ReadonlyMap<string, number>} before @returns {string | null} */
function mostGrown(now, before) {
  let best = { key: /** @type {string | null} */ (null), growth: 0 };
  for (const [key, bytes] of now) {
    const growth = bytes - (before.get(key) ?? 0);
    if (growth > best.growth) best = { key, growth };
  }
  return best.key;
}
