import type { Guard, ScopeId } from '@leakguard/core';
import { scopeTurn } from '@leakguard/core/adapter';

/** Ids kept; the guard has all names, and bounds them by itself. */
const MOST_KEPT = 1000;

/** The scopes of one queue by job name, `queue:name`, looked up in the guard once per name. */
export class JobScopes {
  readonly #guard: Guard;
  readonly #queue: string;
  readonly #ids = new Map<string, ScopeId>();
  #turn: number | undefined;

  constructor(guard: Guard, queue: string) {
    this.#guard = guard;
    this.#queue = queue;
  }

  of(jobName: string): ScopeId {
    this.#renew();
    return this.#ids.get(jobName) ?? this.#ask(jobName);
  }

  #ask(jobName: string): ScopeId {
    if (this.#ids.size >= MOST_KEPT) this.#ids.clear();
    const scope = this.#guard.scope('job', `${this.#queue}:${jobName}`);
    this.#ids.set(jobName, scope);
    return scope;
  }

  /** Scopes that lost their place, and those that found none, ask again. */
  #renew(): void {
    const turn = scopeTurn(this.#guard);
    if (turn === this.#turn) return;
    this.#turn = turn;
    this.#ids.clear();
  }
}
