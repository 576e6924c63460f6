import type { Guard, ScopeId } from '@leakguard/core';
import { methodName } from '@leakguard/core/adapter';
import type { Place } from './place.ts';

/** The scopes of one guard, by place and method: after the first request to a route, one look-up and no string. */
export class RouteScopes {
  readonly #guard: Guard;
  readonly #byPlace = new WeakMap<Place, Map<string, ScopeId>>();
  #unmatched: ScopeId | undefined;

  constructor(guard: Guard) {
    this.#guard = guard;
  }

  /** `GET /users/:id`, or `GET /graphql (middleware)` where a mount answered and no route. */
  at(place: Place, requestMethod: string | undefined): ScopeId {
    if (place.scopeOwner === this && place.scopeMethod === requestMethod) return place.scope as ScopeId;
    const methods = this.#methodsAt(place);
    const method = methodName(requestMethod);
    let scope = methods.get(method);
    if (scope === undefined) {
      scope = this.named(`${method} ${place.pattern || '/'}${place.isRoute ? '' : ' (middleware)'}`);
      methods.set(method, scope);
    }
    place.scopeOwner = this;
    place.scopeMethod = requestMethod;
    place.scope = scope;
    return scope;
  }

  /** Nothing in the app took the request. */
  unmatched(): ScopeId {
    this.#unmatched ??= this.named('(unmatched)');
    return this.#unmatched;
  }

  /** Not kept here: the app may name scopes as it likes, and the guard bounds how many there are. */
  named(name: string): ScopeId {
    return this.#guard.scope('route', name);
  }

  #methodsAt(place: Place): Map<string, ScopeId> {
    let methods = this.#byPlace.get(place);
    if (methods === undefined) {
      methods = new Map();
      this.#byPlace.set(place, methods);
    }
    return methods;
  }
}
