import type { ServerResponse } from 'node:http';
import type { Guard, ScopeId, Seen, Unit } from '@leakguard/core';
import type { Place } from './place.ts';
import type { RouteListener } from './request-track.ts';
import { RouteScopes } from './route-scopes.ts';
import type { RoutedRequest } from './router-internals.ts';

/** Names a request's scope after its response closed; undefined falls back to the route. */
export type ScopeOf = (req: never, res: never) => string | undefined;

/** What one `leakGuard()` needs for every request. */
export class RequestCounter {
  readonly guard: Guard;
  readonly identity: unknown;
  readonly scopes: RouteScopes;
  readonly #scopeOf: ScopeOf | undefined;
  #warned = false;

  constructor(guard: Guard, identity: unknown, scopeOf: ScopeOf | undefined) {
    this.guard = guard;
    this.identity = identity;
    this.scopes = new RouteScopes(guard);
    this.#scopeOf = scopeOf;
  }

  /** The app's own name for this request, undefined if it gives none. */
  namedByApp(req: RoutedRequest, res: ServerResponse): ScopeId | undefined {
    if (this.#scopeOf === undefined) return undefined;
    try {
      const name = this.#scopeOf(req as never, res as never);
      return typeof name === 'string' ? this.scopes.named(name) : undefined;
    } catch (cause) {
      this.#warnOnce(cause);
      return undefined;
    }
  }

  #warnOnce(cause: unknown): void {
    if (this.#warned) return;
    this.#warned = true;
    const text = `leakGuard's option scope(req, res) threw; these requests count by their route. ${String(cause)}`;
    process.emitWarning(text, { code: 'LEAKGUARD_SCOPE_OPTION' });
  }
}

/** One request in flight, counted by one guard. It is also what the guard gets to see of it at the end. */
export class CountedRequest implements RouteListener, Seen {
  readonly subject: object;
  readonly counter: RequestCounter;
  following: CountedRequest | null;
  readonly #unit: Unit;
  #place: Place | null = null;
  #scope: ScopeId | undefined;

  constructor(req: RoutedRequest, counter: RequestCounter, following: CountedRequest | null) {
    this.subject = req;
    this.counter = counter;
    this.following = following;
    this.#unit = counter.guard.begin();
  }

  enterRoute(place: Place, method: string | undefined): void {
    this.#place = place;
    this.#scope = this.counter.scopes.at(place, method);
    this.#unit.enter(this.#scope);
  }

  /** @param place where the request was answered, null if nowhere */
  end(place: Place | null, req: RoutedRequest, res: ServerResponse): void {
    this.#unit.end(this.counter.namedByApp(req, res) ?? this.#scopeAt(place, req.method), this);
  }

  #scopeAt(place: Place | null, method: string | undefined): ScopeId {
    if (place === null) return this.counter.scopes.unmatched();
    if (place === this.#place && this.#scope !== undefined) return this.#scope;
    return this.counter.scopes.at(place, method);
  }
}
