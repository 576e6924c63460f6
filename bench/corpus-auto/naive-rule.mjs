/** What the rule accuses from on, bytes per request. */
const NAIVE_BYTES = 1024;
/** A route with fewer requests is not accused: its average is still that of a few garbage collections. */
const NAIVE_UNITS = 1000;

/**
 * @typedef {object} RouteAverage
 * @property {string} route
 * @property {number} units
 * @property {number} bytesPerUnit the mean of what was charged to it, of either sign
 */

/** The naive rule: charges a difference of `heapUsed` to a route at each request, and averages per route. */
export class NaiveRule {
  /** @type {Map<string, RouteAverage>} */
  #averages = new Map();

  /** @param {string} route @param {number} bytes heap after minus before */
  charge(route, bytes) {
    let average = this.#averages.get(route);
    if (average === undefined) {
      average = { route, units: 0, bytesPerUnit: 0 };
      this.#averages.set(route, average);
    }
    average.units += 1;
    average.bytesPerUnit += (bytes - average.bytesPerUnit) / average.units;
  }

  /** @returns {RouteAverage[]} */
  averages() {
    return [...this.#averages.values()];
  }
}

/**
 * @param {readonly RouteAverage[]} averages
 * @returns {RouteAverage[]} the accused, the largest first
 */
export function accusedOf(averages) {
  return averages
    .filter(({ units, bytesPerUnit }) => units >= NAIVE_UNITS && bytesPerUnit > NAIVE_BYTES)
    .sort((a, b) => b.bytesPerUnit - a.bytesPerUnit);
}

/**
 * Remembers whom a naive rule ever accused. It is looked at when the guard is, not after every request: its averages
 * swing, and the worst moment of each would be no fair figure.
 *
 * @template Mark
 */
export class NaiveHistory {
  /** @type {Map<string, Mark>} */
  #first = new Map();
  /** @type {readonly RouteAverage[]} */
  #last = [];

  /** @param {readonly RouteAverage[]} averages @param {Mark} mark now */
  look(averages, mark) {
    this.#last = averages;
    for (const { route } of accusedOf(averages)) if (!this.#first.has(route)) this.#first.set(route, mark);
  }

  /**
   * Plain JSON: when each route was first accused, who is at the end (largest first), and all averages then.
   *
   * @returns {{ first: Record<string, Mark>, atEnd: string[], averages: readonly RouteAverage[] }}
   */
  toJSON() {
    return {
      first: Object.fromEntries(this.#first),
      atEnd: accusedOf(this.#last).map(({ route }) => route),
      averages: this.#last,
    };
  }
}
