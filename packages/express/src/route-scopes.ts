import type { Guard, ScopeId } from '@leakguard/core';
import { KNOWN_METHODS } from './known-methods.ts';
import type { Place } from './place.ts';

/** Core's mark: changes when scopes lost their place. Part of the protocol between core and its adapters. */
const SCOPE_TURN = Symbol.for('leakguard.scope-turn');

/**
 * The scopes of one guard by place and method. A place remembers the last one: most have one guard and one method, and
 * need no string after the first request. Where methods or guards take turns, the guard looks the name up each time.
 */
export class RouteScopes {
  readonly #guard: Guard;
  #unmatched: ScopeId | undefined;
  /** Stands in places for the scopes of one turn. */
  #owner: object = {};
  /** Not asked before the first request: that would settle the guard's options. */
  #turn: unknown;

  constructor(guard: Guard) {
    this.#guard = guard;
  }

  /** `GET /users/:id`, or `GET /graphql (middleware)` where a mount answered and no route. */
  at(place: Place, requestMethod: string | undefined): ScopeId {
    this.#renew();
    if (place.scopeOwner === this.#owner && place.scopeMethod === requestMethod)
      return place.scope as ScopeId;
    // A middleware may put any text into `req.method`; only real methods make names.
    const method = KNOWN_METHODS.has(requestMethod) ? (requestMethod as string) : 'OTHER';
    const scope = this.named(`${method} ${place.pattern || '/'}${place.isRoute ? '' : ' (middleware)'}`);
    place.scopeOwner = this.#owner;
    place.scopeMethod = requestMethod;
    place.scope = scope;
    return scope;
  }

  /** Nothing in the app took the request. */
  unmatched(): ScopeId {
    this.#renew();
    this.#unmatched ??= this.named('(unmatched)');
    return this.#unmatched;
  }

  /** Not kept here: the app may name scopes as it likes, and the guard bounds how many there are. */
  named(name: string): ScopeId {
    return this.#guard.scope('route', name);
  }

  /** Scopes that lost their place, and those that found none, ask again. */
  #renew(): void {
    const turn = turnOf(this.#guard);
    if (turn === this.#turn) return;
    this.#turn = turn;
    this.#unmatched = undefined;
    this.#owner = {};
  }
}

function turnOf(guard: Guard): unknown {
  return (guard as { [SCOPE_TURN]?: unknown })[SCOPE_TURN];
}
