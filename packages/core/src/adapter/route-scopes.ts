import { scopeTurn } from '../guard-marks.ts';
import { methodName } from '../http/method-name.ts';
import type { Guard, ScopeId } from '../types.ts';
import type { Place } from './place.ts';

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
  #turn: number | undefined;

  constructor(guard: Guard) {
    this.#guard = guard;
  }

  /** `GET /users/:id`, or `GET /graphql (middleware)` where a mount answered and no route. */
  at(place: Place, requestMethod: string | undefined): ScopeId {
    this.#renew();
    if (place.scopeOwner === this.#owner && place.scopeMethod === requestMethod)
      return place.scope as ScopeId;
    const method = methodName(requestMethod);
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
    const turn = scopeTurn(this.#guard);
    if (turn === this.#turn) return;
    this.#turn = turn;
    this.#unmatched = undefined;
    this.#owner = {};
  }
}
