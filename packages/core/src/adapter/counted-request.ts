import type { IncomingMessage, ServerResponse } from 'node:http';
import { takeOverUnit } from '../http/server-exchange.ts';
import { NO_SCOPE } from '../noop-guard.ts';
import type { ScopeId, Seen, Unit } from '../types.ts';
import { NO_HANDLERS, type Place } from './place.ts';
import { readField } from './read-field.ts';
import type { RequestCounter, ScopeArgs } from './request-counter.ts';

/**
 * One request in flight, counted by one guard: how an adapter says which route it is in, and that it has finished. It is
 * also what the guard gets to see of it at the end.
 */
export class CountedRequest<Args extends ScopeArgs> implements Seen {
  readonly subject: IncomingMessage;
  handlers: NonNullable<Seen['handlers']> = NO_HANDLERS;
  readonly counter: RequestCounter<Args>;
  /** The same request as another guard counts it. */
  following: CountedRequest<Args> | null;
  readonly #unit: Unit;
  #place: Place | null = null;
  #scope: ScopeId | undefined;

  constructor(
    req: IncomingMessage,
    res: ServerResponse,
    counter: RequestCounter<Args>,
    following: CountedRequest<Args> | null,
  ) {
    this.subject = req;
    this.counter = counter;
    this.following = following;
    this.#unit = takeOverUnit(req, res, counter.identity) ?? counter.guard.begin();
  }

  /** Never throws: the request of another guard waits to be told the same. */
  enterRoute(place: Place, req: IncomingMessage): void {
    try {
      const scope = this.counter.scopes.at(place, readField(req, 'method'));
      this.#place = place;
      this.#scope = scope;
      this.#unit.enter(scope);
    } catch {
      // Named once more when the response has finished.
    }
  }

  /**
   * Never throws: a response that finishes has nobody to tell, and other guards still count.
   *
   * @param place where the request was answered, null if nowhere
   * @param first what the app's option `scope` is asked with, and so `second`: a rest of them would be an array per request
   */
  end(place: Place | null, req: IncomingMessage, first: Args[0], second: Args[1]): void {
    try {
      if (place !== null)
        this.handlers =
          place.byMethod === null ? place.handlers : place.handlersFor(readField(req, 'method'));
      this.#unit.end(this.#finalScope(place, req, first, second), this);
    } catch {
      // The guard is not this package's: whatever it throws ends here.
    }
  }

  /** Never throws: a unit that did not end would be in flight for ever. */
  #finalScope(place: Place | null, req: IncomingMessage, first: Args[0], second: Args[1]): ScopeId {
    try {
      return this.counter.namedByApp(first, second) ?? this.#scopeAt(place, req);
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

  #scopeAt(place: Place | null, req: IncomingMessage): ScopeId {
    if (place === null) return this.counter.scopes.unmatched();
    if (place === this.#place && this.#scope !== undefined) return this.#scope;
    return this.counter.scopes.at(place, readField(req, 'method'));
  }
}

/** True if one of these counts for that guard: an adapter may be installed twice. */
export function isCountedFor(
  identity: unknown,
  counted: { counter: { identity: unknown }; following: object | null } | null,
): boolean {
  for (let each = counted; each !== null; each = each.following as typeof counted)
    if (each.counter.identity === identity) return true;
  return false;
}
