import { BACKGROUND, EVERY_REQUEST, FIRST_SCOPE } from '../measure/floor.ts';
import { betaNodes, type ShareNode } from './beta-nodes.ts';
import { logSumExp } from './credible-set.ts';
import { InnocentPlaces } from './innocent-places.ts';
import type { SurvivorSample } from './survival-read.ts';
import { type SurvivorPlaces, survivorPlaces, weightOf } from './survivor-places.ts';

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

/** A place where samples may be the source's, with what is expected there of the leak and of the innocent. */
interface PlaceTerm {
  weight: number;
  innocent: number;
  /** Probability of a leaked sample, by the shares below handlers and with a set. */
  leaked(handlers: number, sets: number): number;
}

/** What one source expects. */
interface Expectation {
  terms: readonly PlaceTerm[];
  /** Samples that cannot be its: how many, and the sum of the log probabilities that the innocent give them. */
  others: { weight: number; log: number };
  middleware: readonly number[];
  handlerShares: readonly ShareNode[];
}

/** The gained samples, and how likely they are under each source. */
export class PlaceModel {
  readonly #gained: SurvivorPlaces;
  readonly #innocent: InnocentPlaces;
  readonly #innocentOnly: Expectation['others'];
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
    this.#innocent = new InnocentPlaces(placesOf(died), this.#gained.sets.size, this.#share);
    this.#innocentOnly = this.#allInnocent();
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
    const expected = this.#expectationOf(source, second);
    const logs: number[] = [];
    const rest = this.#weight - (second === null ? 0 : this.#gained.own.get(second)!);
    for (const innocent of this.#innocent.sharesOf(rest)) {
      for (const handlers of expected.handlerShares) {
        for (const sets of SET_SHARES) {
          const logWeight = innocent.logWeight + handlers.logWeight + sets.logWeight;
          logs.push(logWeight + this.#logOf(expected, innocent.share, handlers.share, sets.share));
        }
      }
    }
    return logSumExp(logs);
  }

  #logOf(expected: Expectation, innocent: number, handlers: number, sets: number): number {
    const { terms, others, middleware } = expected;
    let log = others.log + others.weight * Math.log(innocent);
    for (const term of terms) {
      const leaked = (1 - innocent) * term.leaked(handlers, sets);
      log += term.weight * Math.log(leaked + innocent * term.innocent);
    }
    return log + this.#logOfUnplaced(middleware, (1 - innocent) * (1 - handlers) * (1 - sets), innocent);
  }

  /** Of the samples without any scope. */
  #logOfUnplaced(middlewareShares: readonly number[], leaked: number, innocent: number): number {
    const { middleware, none } = this.#gained;
    const logs = middlewareShares.map(
      (share) =>
        middleware * Math.log(leaked * share + innocent * this.#innocent.middleware) +
        none * Math.log(leaked * (1 - share) + innocent * this.#innocent.none),
    );
    return logs.length === 1 ? logs[0]! : logSumExp(logs) - Math.log(logs.length);
  }

  #expectationOf(source: number, second: number | null): Expectation {
    if (source !== EVERY_REQUEST && source !== BACKGROUND) return this.#ofScope(source - FIRST_SCOPE, second);
    const { own, sets } = this.#gained;
    const below = [...own].filter(([slot]) => slot !== second);
    return {
      terms: [
        ...below.map(([slot]) => this.#ownTerm(slot, (handlers) => handlers * this.#share(slot))),
        // A function that only some scopes call sees only their part of what every request leaks.
        ...[...sets].map(([key, { slots }]) => this.#setTerm(key, this.#shareOf(slots) / sets.size)),
      ],
      others: { weight: 0, log: 0 },
      middleware: source === EVERY_REQUEST ? MIDDLEWARE_OF_EVERY : MIDDLEWARE_OF_SCOPE,
      handlerShares: EVERY_HANDLER_SHARES,
    };
  }

  #ofScope(scope: number, second: number | null): Expectation {
    const { own, sets } = this.#gained;
    const holding = [...sets].filter(([, { slots }]) => slots.includes(scope));
    const terms = holding.map(([key]) => this.#setTerm(key, 1 / holding.length));
    if (own.has(scope)) terms.push(this.#ownTerm(scope, (handlers) => handlers));
    const others = { ...this.#innocentOnly };
    for (const { weight, innocent } of [
      ...terms,
      ...(second === null ? [] : [this.#ownTerm(second, () => 0)]),
    ]) {
      others.weight -= weight;
      others.log -= weight * Math.log(innocent);
    }
    return { terms, others, middleware: MIDDLEWARE_OF_SCOPE, handlerShares: HANDLER_SHARES };
  }

  #ownTerm(slot: number, leaked: PlaceTerm['leaked']): PlaceTerm {
    return { weight: this.#gained.own.get(slot)!, innocent: this.#innocent.own(slot), leaked };
  }

  #setTerm(key: string, part: number): PlaceTerm {
    const leaked = (handlers: number, sets: number): number => (1 - handlers) * sets * part;
    return { weight: this.#gained.sets.get(key)!.weight, innocent: this.#innocent.set(key), leaked };
  }

  /** All samples with a scope, as if none of them were leaked. */
  #allInnocent(): Expectation['others'] {
    const { own, sets } = this.#gained;
    const terms = [
      ...[...own.keys()].map((slot) => this.#ownTerm(slot, () => 0)),
      ...[...sets.keys()].map((key) => this.#setTerm(key, 0)),
    ];
    return {
      weight: terms.reduce((sum, { weight }) => sum + weight, 0),
      log: terms.reduce((sum, { weight, innocent }) => sum + weight * Math.log(innocent), 0),
    };
  }

  #shareOf(slots: readonly number[]): number {
    const share = slots.reduce((sum, slot) => sum + this.#share(slot), 0);
    return Math.min(1, share);
  }
}

/** Samples that belong to no source that is known already. */
function isUnexplained(known: readonly number[]): (sample: SurvivorSample) => boolean {
  const slots = new Set(known.map((source) => source - FIRST_SCOPE));
  const isEvery = known.includes(EVERY_REQUEST) || known.includes(BACKGROUND);
  return (sample) => !(sample.slots.length === 0 ? isEvery : sample.slots.some((slot) => slots.has(slot)));
}
