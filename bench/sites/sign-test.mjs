import { functionOf, keyedSamples } from './rival-keys.mjs';

/** As in the study that the product's own rule was compared with: these are not tuned here. */
const UNITS_BETWEEN_READS = 1000;
const AGE_READS = 2;
const MIN_READS = 4;
const MIN_WINDOWS = 3;
const MIN_LATE_BIRTHS = 3;
const MIN_LATE_RATIO = 0.35;
const MAX_P = { route: 1e-4, fn: 1e-5 };

/** @typedef {{ born: number, bytes: number, route: string | null, fn: string | null, isAged: boolean }} Tracked */

/**
 * The sign test on survivors that are two reads old: in a steady store as many come of age as die. A key (the route whose handler is on
 * the stack, or the innermost function) grows where more came of age than chance explains, in three windows and still so in the later half.
 * Of several the one with the most bytes is named.
 */
export class SignTest {
  /** @type {Map<number, Tracked>} */
  #tracked = new Map();
  /** Aged samples that died, by key. */
  #churn = { route: new Map(), fn: new Map() };
  /** @type {number[]} units at each read */
  #units = [];
  #last = /** @type {Omit<import('./follow-case.mjs').Named, 'units' | 'ofRoute'>} */ ({
    route: null,
    fn: null,
  });

  /** @param {import('./host/serve.mjs').RivalReading} reading @returns what it says after it */
  push(reading) {
    const since = reading.units - (this.#units.at(-1) ?? Number.NEGATIVE_INFINITY);
    if (since < UNITS_BETWEEN_READS) return this.#last;
    this.#take(keyedSamples(reading));
    this.#units.push(reading.units);
    if (this.#units.length >= MIN_READS)
      this.#last = { route: this.#named('route'), fn: functionOf(this.#named('fn')) };
    return this.#last;
  }

  /** @param {readonly import('./rival-keys.mjs').KeyedSample[]} samples */
  #take(samples) {
    const read = this.#units.length;
    const alive = new Set(samples.map(({ ordinal }) => ordinal));
    for (const [ordinal, { isAged, route, fn }] of this.#tracked) {
      if (alive.has(ordinal)) continue;
      this.#tracked.delete(ordinal);
      if (!isAged) continue;
      if (route !== null) this.#churn.route.set(route, (this.#churn.route.get(route) ?? 0) + 1);
      if (fn !== null) this.#churn.fn.set(fn, (this.#churn.fn.get(fn) ?? 0) + 1);
    }
    for (const { ordinal, bytes, route, fn } of samples) {
      const known = this.#tracked.get(ordinal);
      if (known === undefined) this.#tracked.set(ordinal, { born: read, bytes, route, fn, isAged: false });
      else known.isAged = read - known.born >= AGE_READS;
    }
  }

  /** @param {'route' | 'fn'} field @returns {string | null} */
  #named(field) {
    /** @type {Map<string, Tracked[]>} */
    const gained = new Map();
    for (const sample of this.#tracked.values()) {
      const key = sample[field];
      // What was there at the first read is no gain.
      if (key === null || !sample.isAged || sample.born === 0) continue;
      gained.set(key, [...(gained.get(key) ?? []), sample]);
    }
    let best = { key: /** @type {string | null} */ (null), bytes: 0 };
    for (const [key, samples] of gained) {
      const bytes = samples.reduce((sum, sample) => sum + sample.bytes, 0);
      if (bytes > best.bytes && this.#grows(samples, this.#churn[field].get(key) ?? 0, MAX_P[field]))
        best = { key, bytes };
    }
    return best.key;
  }

  /** @param {readonly Tracked[]} gained @param {number} churn @param {number} maxP */
  #grows(gained, churn, maxP) {
    if (tail(gained.length, gained.length + churn) > maxP) return false;
    if (new Set(gained.map(({ born }) => born)).size < MIN_WINDOWS) return false;
    const last = this.#units.length - 1 - AGE_READS;
    const middle = Math.floor(last / 2);
    const late = gained.filter(({ born }) => born > middle).length;
    const early = gained.length - late;
    const exposure = (/** @type {number} */ from, /** @type {number} */ to) =>
      /** @type {number} */ (this.#units[to]) - /** @type {number} */ (this.#units[from]);
    const ratio = late / exposure(middle, last) / ((early + 0.5) / exposure(0, middle));
    return late >= MIN_LATE_BIRTHS && ratio >= MIN_LATE_RATIO;
  }
}

/** P(Binomial(n, 1/2) >= k). @param {number} k @param {number} n */
function tail(k, n) {
  let logChoose = 0;
  let sum = 0;
  for (let i = 0; i <= n; i++) {
    if (i > 0) logChoose += Math.log((n - i + 1) / i);
    if (i >= k) sum += Math.exp(logChoose - n * Math.LN2);
  }
  return sum;
}
