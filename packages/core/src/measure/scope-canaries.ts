/** A finished unit's subject, held weakly, with what had been counted when it finished. */
interface Canary {
  ref: WeakRef<object>;
  majors: number;
  units: number;
}

/** What the canaries of one scope showed. At most 32 living ones are kept, so `alive` is a lower bound from there on. */
export interface SurvivorTally {
  /** Canaries old enough to be looked at: at least 3 major GCs after their unit finished. */
  sampled: number;
  /** Of those, alive at the last major GC; falls again when they are released. */
  alive: number;
  /** Of those, alive through at least 5 major GCs. */
  retained: number;
  /** Units that the scope had finished when each retained one was taken, ascending: young ones beside old ones are growth, old ones alone a store that filled. */
  retainedBornAt: number[];
  /** Major GCs seen so far. */
  majors: number;
}

/** Below 3 an object may be floating garbage of a marking that had begun before its unit finished. */
const RIPE_AFTER_MAJORS = 3;
const RETAINED_AFTER_MAJORS = 5;

/** Living canaries kept from all of the run, and from its latest part. */
const MAX_SPREAD = 16;
const MAX_RECENT = 16;

/** The canaries of one scope: who waits for its first look, who lives on, and how many died. */
export class ScopeCanaries {
  readonly #random: () => number;
  #pending: Canary[] = [];
  #spread: Canary[] = [];
  #recent: Canary[] = [];
  #everAlive = 0;
  #lastRecentMajors = 0;
  #died = 0;
  /** Dead before they were ripe: counted when they would have been, so that living ones are not late in the ratio. */
  #diedDueNext = 0;
  #diedDueLater = 0;

  constructor(random: () => number) {
    this.#random = random;
  }

  /** Subjects that still may be held in memory by nothing but their canary, until the next major GC. */
  get pending(): number {
    return this.#pending.length;
  }

  /** Takes the subject of a unit that just finished: its scope's unit number `units`, after major GC number `majors`. */
  add(subject: object, units: number, majors: number): void {
    this.#pending.push({ ref: new WeakRef(subject), majors, units });
  }

  /** Looks at all canaries after major GC number `majors`. */
  look(majors: number): void {
    this.#died += this.#diedDueNext;
    this.#diedDueNext = this.#diedDueLater;
    this.#diedDueLater = 0;
    this.#spread = this.#lookAgain(this.#spread);
    this.#recent = this.#lookAgain(this.#recent);
    if (this.#pending.length > 0) this.#lookFirst(majors);
  }

  tally(majors: number): SurvivorTally {
    const alive = [...this.#spread, ...this.#recent];
    const retained = alive.filter((canary) => majors - canary.majors >= RETAINED_AFTER_MAJORS);
    return {
      sampled: this.#died + alive.length,
      alive: alive.length,
      retained: retained.length,
      retainedBornAt: retained.map((canary) => canary.units).sort((one, other) => one - other),
      majors,
    };
  }

  #lookAgain(canaries: Canary[]): Canary[] {
    if (canaries.length === 0) return canaries;
    const alive = canaries.filter(isAlive);
    this.#died += canaries.length - alive.length;
    return alive;
  }

  #lookFirst(majors: number): void {
    const waiting: Canary[] = [];
    for (const canary of this.#pending) {
      const age = majors - canary.majors;
      if (!isAlive(canary)) this.#bury(age);
      else if (age >= RIPE_AFTER_MAJORS) this.#keep(canary, majors);
      else waiting.push(canary);
    }
    this.#pending = waiting;
  }

  /** A dead one frees its place at once: only what is not yet cleared can hold memory. */
  #bury(age: number): void {
    if (age >= RIPE_AFTER_MAJORS) this.#died += 1;
    else if (age === RIPE_AFTER_MAJORS - 1) this.#diedDueNext += 1;
    else this.#diedDueLater += 1;
  }

  /** Half of the places are a sample of all births: reservoir sampling (Vitter's algorithm R). */
  #keep(canary: Canary, majors: number): void {
    this.#everAlive += 1;
    const isFree = this.#spread.length < MAX_SPREAD;
    const place = isFree ? this.#spread.length : Math.floor(this.#random() * this.#everAlive);
    if (place < MAX_SPREAD) this.#spread[place] = canary;
    else this.#keepRecent(canary, majors);
  }

  /** The other half shows whether it goes on: one a major GC, so that most of them get five major GCs old before newer ones replace them. */
  #keepRecent(canary: Canary, majors: number): void {
    if (this.#lastRecentMajors === majors) return;
    this.#lastRecentMajors = majors;
    this.#recent.push(canary);
    if (this.#recent.length > MAX_RECENT) this.#recent.shift();
  }
}

function isAlive(canary: Canary): boolean {
  return canary.ref.deref() !== undefined;
}
