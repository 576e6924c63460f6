import type { ServerResponse } from 'node:http';
import type { ScopeId, Seen, Unit } from '@leakguard/core';
import { NO_SCOPE, takeOverUnit } from '@leakguard/core/adapter';
import type { Place } from './place.ts';
import { readField } from './read-field.ts';
import type { RequestCounter } from './request-counter.ts';
import type { RequestListener } from './request-track.ts';
import type { RoutedRequest } from './router-internals.ts';

/** One request in flight, counted by one guard. It is also what the guard gets to see of it at the end. */
export class CountedRequest implements RequestListener, Seen {
  readonly subject: object;
  readonly counter: RequestCounter;
  following: CountedRequest | null;
  readonly #unit: Unit;
  #place: Place | null = null;
  #scope: ScopeId | undefined;

  constructor(
    req: RoutedRequest,
    res: ServerResponse,
    counter: RequestCounter,
    following: CountedRequest | null,
  ) {
    this.subject = req;
    this.counter = counter;
    this.following = following;
    this.#unit = takeOverUnit(req, res, counter.identity) ?? counter.guard.begin();
  }

  /** Never throws: the request of another guard waits to be told the same. */
  enterRoute(place: Place, req: RoutedRequest): void {
    try {
      const scope = this.counter.scopes.at(place, readField(req, 'method'));
      this.#place = place;
      this.#scope = scope;
      this.#unit.enter(scope);
    } catch {
      // Named once more when the response has finished.
    }
  }

  /** Never throws: a response that finishes has nobody to tell, and other guards still count. */
  end(place: Place | null, req: RoutedRequest, res: ServerResponse): void {
    try {
      this.#unit.end(this.#finalScope(place, req, res), this);
    } catch {
      // The guard is not this package's: whatever it throws ends here.
    }
  }

  /** Never throws: a unit that did not end would be in flight for ever. */
  #finalScope(place: Place | null, req: RoutedRequest, res: ServerResponse): ScopeId {
    try {
      return this.counter.namedByApp(req, res) ?? this.#scopeAt(place, req);
    } catch {
      return this.#scope ?? this.#unmatched();
    }
  }

  #unmatched(): ScopeId {
    try {
      return this.counter.scopes.unmatched();
    } catch {
      return NO_SCOPE;
    }
  }

  #scopeAt(place: Place | null, req: RoutedRequest): ScopeId {
    if (place === null) return this.counter.scopes.unmatched();
    if (place === this.#place && this.#scope !== undefined) return this.#scope;
    return this.counter.scopes.at(place, readField(req, 'method'));
  }
}
