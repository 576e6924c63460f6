import { BACKGROUND, EVERY_REQUEST, FIRST_SCOPE } from '../measure/floor.ts';
import { betaNodes, type ShareNode } from './beta-nodes.ts';
import { logSumExp } from './credible-set.ts';
import type { SurvivorSample } from './survival-read.ts';
import { type SurvivorPlaces, survivorPlaces } from './survivor-places.ts';

/** What a naming rests on; a SurvivalJudgement has it. */
export interface NamingSamples {
  /** Samples that came of age while something grew. */
  gained: readonly SurvivorSample[];
  /** Aged ones that died meanwhile: what the innocent keep and let go looks like. */
  died: readonly SurvivorSample[];
  /** How many samples count as one. */
  dispersion: number;
  /** Units of a slot, null for all, in which the gained were born. */
  unitsOf(slot: number | null): number;
}

/** Probability that the model itself is wrong (a call graph that misleads, a handler that another one calls); then no source is favoured. */
const WRONG_MODEL = 0.01;

/**
 * Even where births look independent, samples of one request come together: so many count as one. Chosen on tuning seeds so that names
 * with probability 0.9 are right that often where innocent samples come in clusters of up to three.
 */
const CLUSTER = 1.5;

/** Share of a leak's samples below the scope's own handler: on 26 real leaks 0.62 on average, from 0.02 to 1. */
const HANDLER_SHARES = betaNodes(1.1, 0.7, 12);

/** The same for what every request leaks, or time: then the handlers have parts like their units. Only the floors tell these two apart. */
const EVERY_HANDLER_SHARES = betaNodes(0.6, 1.5, 12);

/** Of the rest, the share whose callers are known, so that a set of scopes is left. */
const SET_SHARES = betaNodes(1, 1, 4);

/** Of what has no scope at all, the share in a middleware that runs for all: little of one scope's leak, any of every request's. */
const MIDDLEWARE_OF_SCOPE: readonly number[] = [0.02];
const MIDDLEWARE_OF_EVERY: readonly number[] = [0.02, 0.5, 0.9];

/**
 * A second scope may grow, too, say by a store that fills: how probable that is, and its part of the net growth, the smaller one. Without it a
 * dozen samples below one handler would outweigh a leak that is allocated after an await, where no handler is.
 */
const SECOND_GROWTH = 0.3;
const SECOND_SHARES: readonly number[] = [0.05, 0.15, 0.25, 0.35, 0.45];
const MAX_SECONDS = 2;

/** The innocent keep something, too: what is expected of it before anything died, and how surely. */
const INNOCENT_STRENGTH = 4;
const MIN_INNOCENT = 0.15;
const MAX_INNOCENT = 0.85;

/** Where innocent samples lie, as if so many had been seen before: below handlers, in sets, in middleware, nowhere. */
const PLACE_STRENGTH = 10;
const PLACE_PRIOR = { own: 0.4, sets: 0.15, middleware: 0.05, none: 0.4 };

/** A logarithm per term of a sample's probability: what one source expects of every place. */
interface Expectation {
  own(slot: number, handlers: number): number;
  set(slots: readonly number[], sets: number): number;
  middleware: readonly number[];
  handlerShares: readonly ShareNode[];
}

/**
 * Log-likelihood of where the gained samples were allocated, per source, given that this source is the one that leaks: below
 * its own handler, in a set of scopes that holds it, or with no scope on the stack, in shares that nobody knows
 * beforehand (averaged over Beta priors), beside innocent samples, which lie where the ones lay that died. To be added to the
 * evidence of the floors. Normalised, and mixed with "the model is wrong", so that no source is lost for ever.
 *
 * It says nothing of whether anything leaks.
 *
 * @param sources how many there are, `FIRST_SCOPE` + slots
 * @param known sources whose growth is known: their samples are left out
 */
export function handlerLikelihood(
  samples: NamingSamples,
  sources: number,
  known: readonly number[] = [],
): Float64Array {
  const places = new PlaceModel(samples, sources - FIRST_SCOPE, known);
  const likelihood = new Float64Array(sources);
  // Scopes without a sample of their own differ in nothing.
  let without: number | null = null;
  for (let source = 0; source < sources; source++) {
    const slot = source - FIRST_SCOPE;
    if (slot < 0 || places.isMarked(slot)) likelihood[source] = places.logLikelihood(source);
    else {
      without ??= places.logLikelihood(source);
      likelihood[source] = without;
    }
    if (slot >= 0 && !(samples.unitsOf(slot) > 0)) likelihood[source] = Number.NEGATIVE_INFINITY;
  }
  return withDoubt(likelihood);
}

function withDoubt(logLikelihood: Float64Array): Float64Array {
  const total = logSumExp(logLikelihood);
  if (!Number.isFinite(total)) return new Float64Array(logLikelihood.length);
  const doubt = WRONG_MODEL / logLikelihood.length;
  return logLikelihood.map((value) => Math.log((1 - WRONG_MODEL) * Math.exp(value - total) + doubt));
}

/** Shares that nobody knows: of the innocent, of a leak below handlers, and of its rest with a set of scopes. */
interface Shares {
  innocent: number;
  handlers: number;
  sets: number;
}

/** The gained samples, and how likely they are under each source. */
class PlaceModel {
  readonly #gained: SurvivorPlaces;
  readonly #innocent: Innocent;
  readonly #share: (slot: number) => number;
  readonly #slots: number;
  readonly #weight: number;
  /** Slots with the most samples of their own. */
  readonly #seconds: readonly number[];

  constructor({ gained, died, dispersion, unitsOf }: NamingSamples, slots: number, known: readonly number[]) {
    const all = Math.max(1, unitsOf(null));
    this.#share = (slot) => unitsOf(slot) / all;
    const isOpen = isUnexplained(known);
    const placesOf = (samples: readonly SurvivorSample[]): SurvivorPlaces =>
      survivorPlaces(samples.filter(isOpen), 1 / (CLUSTER * dispersion), this.#share);
    this.#gained = placesOf(gained);
    this.#slots = Math.max(1, slots);
    this.#weight = weightOf(this.#gained);
    this.#seconds = [...this.#gained.own]
      .sort(([, a], [, b]) => b - a)
      .slice(0, MAX_SECONDS + 1)
      .map(([slot]) => slot);
    this.#innocent = new Innocent(placesOf(died), this.#gained.sets.size, this.#share);
  }

  /** Whether any sample may be this slot's. */
  isMarked(slot: number): boolean {
    if (this.#gained.own.has(slot)) return true;
    return [...this.#gained.sets.values()].some(({ slots }) => slots.includes(slot));
  }

  /** With and without a second scope that grows. */
  logLikelihood(source: number): number {
    const terms = [Math.log(1 - SECOND_GROWTH) + this.#averaged(source, null)];
    const which = Math.log(SECOND_GROWTH / this.#slots);
    for (const second of this.#seconds.filter((slot) => slot !== source - FIRST_SCOPE))
      terms.push(which + this.#logShareOf(second) + this.#averaged(source, second));
    return logSumExp(terms);
  }

  /** That so many of the samples are the second one's. */
  #logShareOf(second: number): number {
    const own = this.#gained.own.get(second)!;
    const net = 1 - this.#innocent.expectedShare(this.#weight);
    const logs = SECOND_SHARES.map(
      (share) => own * Math.log(share * net) + (this.#weight - own) * Math.log(1 - share * net),
    );
    return logSumExp(logs) - Math.log(SECOND_SHARES.length);
  }

  /** Averaged over the innocent share, the share below handlers and the share with a set. */
  #averaged(source: number, second: number | null): number {
    const expected = this.#expectationOf(source);
    const terms: number[] = [];
    const rest = this.#weight - (second === null ? 0 : this.#gained.own.get(second)!);
    for (const innocent of this.#innocent.sharesOf(rest)) {
      for (const handlers of expected.handlerShares) {
        for (const sets of SET_SHARES) {
          const weight = innocent.logWeight + handlers.logWeight + sets.logWeight;
          const shares = { innocent: innocent.share, handlers: handlers.share, sets: sets.share };
          terms.push(weight + this.#logOf(expected, shares, second));
        }
      }
    }
    return logSumExp(terms);
  }

  #logOf(expected: Expectation, shares: Shares, second: number | null): number {
    const { innocent, handlers, sets } = shares;
    const mixed = (own: number, other: number): number => Math.log((1 - innocent) * own + innocent * other);
    const rest = 1 - handlers;
    let log = this.#logOfUnplaced(expected.middleware, rest * (1 - sets), mixed);
    for (const [slot, weight] of this.#gained.own)
      if (slot !== second) log += weight * mixed(expected.own(slot, handlers), this.#innocent.own(slot));
    for (const [key, { slots, weight }] of this.#gained.sets)
      log += weight * mixed(rest * expected.set(slots, sets), this.#innocent.set(key));
    return log;
  }

  #logOfUnplaced(
    middlewareShares: readonly number[],
    unplaced: number,
    mixed: (own: number, other: number) => number,
  ): number {
    const { middleware, none } = this.#gained;
    const terms = middlewareShares.map(
      (share) =>
        middleware * mixed(unplaced * share, this.#innocent.middleware) +
        none * mixed(unplaced * (1 - share), this.#innocent.none),
    );
    return logSumExp(terms) - Math.log(terms.length);
  }

  #shareOf(slots: readonly number[]): number {
    return Math.min(
      1,
      slots.reduce((sum, slot) => sum + this.#share(slot), 0),
    );
  }

  #expectationOf(source: number): Expectation {
    const every = {
      own: (slot: number, handlers: number) => handlers * this.#share(slot),
      // A function that only some scopes call sees only their part of what every request leaks.
      set: (slots: readonly number[], sets: number) => (sets * this.#shareOf(slots)) / this.#gained.sets.size,
    };
    if (source === EVERY_REQUEST)
      return { ...every, middleware: MIDDLEWARE_OF_EVERY, handlerShares: EVERY_HANDLER_SHARES };
    if (source === BACKGROUND)
      return { ...every, middleware: MIDDLEWARE_OF_SCOPE, handlerShares: EVERY_HANDLER_SHARES };
    const scope = source - FIRST_SCOPE;
    const holding = [...this.#gained.sets.values()].filter(({ slots }) => slots.includes(scope)).length;
    return {
      own: (slot, handlers) => (slot === scope ? handlers : 0),
      set: (slots, sets) => (slots.includes(scope) ? sets / holding : 0),
      middleware: MIDDLEWARE_OF_SCOPE,
      handlerShares: HANDLER_SHARES,
    };
  }
}

/** Samples that belong to no source that is known already. */
function isUnexplained(known: readonly number[]): (sample: SurvivorSample) => boolean {
  const slots = new Set(known.map((source) => source - FIRST_SCOPE));
  const isEvery = known.includes(EVERY_REQUEST) || known.includes(BACKGROUND);
  return (sample) => !(sample.slots.length === 0 ? isEvery : sample.slots.some((slot) => slots.has(slot)));
}

/** Where samples lie that have nothing to do with the leak, and what share of the gained they may be. */
class Innocent {
  readonly middleware: number;
  readonly none: number;
  readonly #died: SurvivorPlaces;
  readonly #total: number;
  readonly #share: (slot: number) => number;
  readonly #sets: number;

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
    return betaNodes(strength * mean, strength * (1 - mean), 8);
  }

  /** Of so much that was gained. */
  expectedShare(gained: number): number {
    const mean = (weightOf(this.#died) + 1) / (gained + 2);
    return Math.min(MAX_INNOCENT, Math.max(MIN_INNOCENT, mean));
  }

  own(slot: number): number {
    return this.#place(this.#died.own.get(slot) ?? 0, PLACE_PRIOR.own * this.#share(slot));
  }

  set(key: string): number {
    return this.#place(this.#died.sets.get(key)?.weight ?? 0, PLACE_PRIOR.sets / this.#sets);
  }

  #place(died: number, prior: number): number {
    return (died + PLACE_STRENGTH * prior) / this.#total;
  }
}

function weightOf({ own, sets, middleware, none }: SurvivorPlaces): number {
  let weight = middleware + none;
  for (const value of own.values()) weight += value;
  for (const set of sets.values()) weight += set.weight;
  return weight;
}
