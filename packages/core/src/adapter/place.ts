import type { ScopeId, Seen } from '../types.ts';

/** Of places that no function of the app's is known to have served. */
export const NO_HANDLERS: NonNullable<Seen['handlers']> = Object.freeze([]);

/**
 * Where in an app a request got to: a route, or the mount of a middleware. An adapter makes its places once, so that a
 * request only looks them up; they hold patterns, never URLs.
 */
export class Place {
  /** The whole pattern, mounts included: `/orgs/:org/users/:id`; empty at the root. */
  readonly pattern: string;
  readonly isRoute: boolean;
  /** The functions that serve requests here, whatever their method where {@link byMethod} tells more. */
  readonly handlers: NonNullable<Seen['handlers']>;
  /** The same for each method, null where methods do not differ: most places need not look at one. */
  byMethod: ReadonlyMap<string, NonNullable<Seen['handlers']>> | null = null;
  /** The last scope made of this place, and for whom: most places have one guard and one method. */
  scopeOwner: object | null = null;
  scopeMethod: string | undefined;
  scope: ScopeId | undefined;

  constructor(pattern: string, isRoute: boolean, handlers: NonNullable<Seen['handlers']> = NO_HANDLERS) {
    this.pattern = pattern;
    this.isRoute = isRoute;
    this.handlers = handlers;
  }

  /** The functions that serve requests with this method. Makes nothing. */
  handlersFor(method: string | undefined): NonNullable<Seen['handlers']> {
    return this.byMethod?.get(method ?? '') ?? this.handlers;
  }
}
