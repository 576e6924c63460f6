/** Where jobs beyond the names that are told apart count. */
const OTHER = '(other)';

/** Longest name kept; the guard cuts there, too. */
const MOST_CHARACTERS = 256;

/** Jobs finished per name; names are bounded. */
export class JobCounts {
  total = 0;
  readonly #maxNames: number;
  readonly #counts = new Map<string, number>();

  constructor(maxNames: number) {
    this.#maxNames = maxNames;
  }

  add(name: string): void {
    this.total += 1;
    const count = this.#counts.get(name);
    if (count !== undefined) this.#counts.set(name, count + 1);
    else this.#addNew(name.length > MOST_CHARACTERS ? name.slice(0, MOST_CHARACTERS) : name);
  }

  get pairs(): [name: string, jobs: number][] {
    return [...this.#counts];
  }

  #addNew(name: string): void {
    const known = this.#counts.has(name) || this.#counts.size < this.#maxNames ? name : OTHER;
    this.#counts.set(known, (this.#counts.get(known) ?? 0) + 1);
  }
}
