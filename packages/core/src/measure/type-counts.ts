import { namedPrototype } from './type-name.ts';

/** Types told apart in one count: the most frequent ones. */
const MAX_TYPES = 1000;

/** Types of one name that are told apart; a class that is made anew per request would give thousands. */
const MAX_NAMESAKES = 4;

/** Names for which namesakes are told apart, so that names that are generated fill no map. */
const MAX_NAMES = 5000;

/** Stands for the types beyond the most frequent ones. */
const OTHER_TYPES = '(other types)';

/**
 * Counts objects by type. Two classes of one name are `Job` and `Job#2` in every count, in the order in which they were
 * first seen; from the fifth on they count together as `Job#5+`. Keeps no object and no prototype alive.
 */
export class TypeCounts {
  readonly #labels = new WeakMap<object, string>();
  /** How many types of a name have been seen. */
  readonly #namesakes = new Map<string, number>();

  /** Live objects by type. Of each object it reads its prototype and nothing else; a proxy's is not asked for. */
  count(objects: ArrayLike<object>): Map<string, number> {
    const byPrototype = new Map<object | null, number>();
    for (let k = 0; k < objects.length; k++) {
      const prototype = Object.getPrototypeOf(objects[k]) as object | null;
      byPrototype.set(prototype, (byPrototype.get(prototype) ?? 0) + 1);
    }
    const counts = new Map<string, number>();
    for (const [prototype, count] of byPrototype) {
      const label = prototype === null ? '(null prototype)' : this.#labelOf(prototype);
      counts.set(label, (counts.get(label) ?? 0) + count);
    }
    return mostFrequent(counts);
  }

  #labelOf(prototype: object): string {
    const known = this.#labels.get(prototype);
    if (known !== undefined) return known;
    const { name, prototype: owner } = namedPrototype(prototype);
    const label = this.#labels.get(owner) ?? this.#newLabel(name);
    this.#labels.set(owner, label);
    this.#labels.set(prototype, label);
    return label;
  }

  #newLabel(name: string): string {
    const seen = (this.#namesakes.get(name) ?? 0) + 1;
    if (seen > 1 || this.#namesakes.size < MAX_NAMES) this.#namesakes.set(name, seen);
    if (seen === 1) return name;
    return seen <= MAX_NAMESAKES ? `${name}#${seen}` : `${name}#${MAX_NAMESAKES + 1}+`;
  }
}

function mostFrequent(counts: Map<string, number>): Map<string, number> {
  if (counts.size <= MAX_TYPES) return counts;
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  const rest = sorted.splice(MAX_TYPES).reduce((sum, [, count]) => sum + count, 0);
  return new Map([...sorted, [OTHER_TYPES, rest]]);
}
