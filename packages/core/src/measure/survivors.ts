import { ScopeCanaries, type SurvivorTally } from './scope-canaries.ts';

export interface SurvivorWatchOptions {
  /** Uniform in [0, 1). */
  random: () => number;
  /** Monotonic milliseconds; read once per sample, not per unit. @default performance.now */
  now?: () => number;
  /** Canaries in all that wait for their first look. @default 512 */
  maxPending?: number;
  /** The same per scope. @default 16 */
  maxPendingPerScope?: number;
}

/** Sampling of one scope: a countdown to the next canary, and the window that tells whether the scope is rare. */
interface Sampling {
  canaries: ScopeCanaries;
  untilNext: number;
  rare: boolean;
  windowStartMs: number;
  windowStartUnits: number;
}

const DEFAULT_ONE_IN = 16;

/** Scopes below this many units a minute are sampled 1:1. */
const RARE_UNITS = 100;
const RARITY_WINDOW_MS = 60_000;

/**
 * Finds retained requests: holds a sample of finished units' subjects (`req`, `ctx`, `job`) by WeakRef and looks after
 * later major GCs which are still alive. Cannot see leaks that do not hold the subject.
 *
 * A WeakRef keeps its target alive through minor GCs, so each waiting canary may hold garbage until the next major one:
 * hence the caps, and half of the places belong to rare scopes.
 */
export class SurvivorWatch {
  /** One finished unit in this many gets a canary, on rare scopes every one; null: none do. */
  oneIn: number | null = DEFAULT_ONE_IN;

  readonly #random: () => number;
  readonly #now: () => number;
  readonly #maxPending: number;
  readonly #maxPendingPerScope: number;
  /** By scope; scopes are few and run from 0. */
  readonly #scopes: (Sampling | undefined)[] = [];
  #pending = 0;
  #majors = 0;

  constructor(options: SurvivorWatchOptions) {
    this.#random = options.random;
    this.#now = options.now ?? (() => performance.now());
    this.#maxPending = options.maxPending ?? 512;
    this.#maxPendingPerScope = options.maxPendingPerScope ?? 16;
  }

  /**
   * Called as a unit of `scope` ends; `units` is how many that scope has finished by now. Costs one look-up and one
   * countdown, and allocates nothing, when it does not sample.
   */
  offer(scope: number, subject: object, units: number): void {
    if (this.oneIn === null) return;
    const sampling = this.#scopes[scope] ?? this.#open(scope, units);
    sampling.untilNext -= 1;
    if (sampling.untilNext > 0) return;
    this.#measureRate(sampling, units);
    if (this.#hasPlace(sampling)) {
      sampling.canaries.add(subject, units, this.#majors);
      this.#pending += 1;
    }
    sampling.untilNext = this.#drawStride(sampling, this.oneIn);
  }

  /** Called once after every major GC. */
  majorGc(): void {
    this.#majors += 1;
    this.#pending = 0;
    for (const sampling of this.#scopes) {
      if (sampling === undefined) continue;
      sampling.canaries.look(this.#majors);
      this.#pending += sampling.canaries.pending;
    }
  }

  /** What the canaries of `scope` showed so far, null for a scope that never had one offered. */
  tally(scope: number): SurvivorTally | null {
    return this.#scopes[scope]?.canaries.tally(this.#majors) ?? null;
  }

  /** Forgets what it knows of one scope. */
  reset(scope: number): void {
    this.#pending -= this.#scopes[scope]?.canaries.pending ?? 0;
    this.#scopes[scope] = undefined;
  }

  #open(scope: number, units: number): Sampling {
    const sampling: Sampling = {
      canaries: new ScopeCanaries(this.#random),
      untilNext: 1,
      rare: true,
      windowStartMs: this.#now(),
      windowStartUnits: units,
    };
    while (this.#scopes.length < scope) this.#scopes.push(undefined);
    this.#scopes[scope] = sampling;
    return sampling;
  }

  /** A scope is frequent as soon as a window has seen enough units, and rare again only after a whole window with fewer. */
  #measureRate(sampling: Sampling, units: number): void {
    const windowUnits = units - sampling.windowStartUnits;
    const nowMs = this.#now();
    const elapsedMs = nowMs - sampling.windowStartMs;
    if (elapsedMs < RARITY_WINDOW_MS) {
      if (windowUnits >= RARE_UNITS) sampling.rare = false;
      return;
    }
    sampling.rare = (windowUnits / elapsedMs) * RARITY_WINDOW_MS < RARE_UNITS;
    sampling.windowStartMs = nowMs;
    sampling.windowStartUnits = units;
  }

  #hasPlace({ rare, canaries }: Sampling): boolean {
    const places = rare ? this.#maxPending : Math.floor(this.#maxPending / 2);
    return this.#pending < places && canaries.pending < this.#maxPendingPerScope;
  }

  /** Strides are drawn, with `oneIn` as their mean: a fixed one would beat against clients that take turns. */
  #drawStride({ rare }: Sampling, oneIn: number): number {
    return rare ? 1 : 1 + Math.floor(this.#random() * (2 * oneIn - 1));
  }
}
