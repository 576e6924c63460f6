import type { ServerResponse } from 'node:http';
import type { Guard, ScopeId } from '@leakguard/core';
import { watchServers } from './connection.ts';
import { textOf } from './contain.ts';
import { RouteScopes } from './route-scopes.ts';
import type { RoutedRequest } from './router-internals.ts';
import { shared } from './shared-state.ts';

/** Names a request's scope after its response has finished; undefined falls back to the route. */
export type ScopeOf = (req: never, res: never) => string | undefined;

/** Core's mark on a guard that counts nothing: disabled, or closed. Part of the protocol between core and its adapters. */
const DISABLED = Symbol.for('leakguard.disabled');

/** What one `leakGuard()` needs for every request. */
export class RequestCounter {
  readonly guard: Guard;
  readonly identity: unknown;
  readonly scopes: RouteScopes;
  readonly #scopeOf: ScopeOf | undefined;
  #isActive = false;
  #warned = false;

  constructor(guard: Guard, identity: unknown, scopeOf: ScopeOf | undefined) {
    this.guard = guard;
    this.identity = identity;
    this.scopes = new RouteScopes(guard);
    this.#scopeOf = scopeOf;
  }

  /** False while the guard is disabled or closed; asked at every request, because a guard closes at any time. */
  counts(): boolean {
    const counts = (this.guard as { [DISABLED]?: boolean })[DISABLED] !== true;
    if (counts !== this.#isActive) {
      this.#isActive = counts;
      shared.counters += counts ? 1 : -1;
      watchServers();
    }
    return counts;
  }

  /** The app's own name for this request, undefined if it gives none. */
  namedByApp(req: RoutedRequest, res: ServerResponse): ScopeId | undefined {
    const name = this.#scopeOf === undefined ? undefined : this.#ask(this.#scopeOf, req, res);
    return typeof name === 'string' ? this.scopes.named(name) : undefined;
  }

  #ask(scopeOf: ScopeOf, req: RoutedRequest, res: ServerResponse): unknown {
    try {
      const name: unknown = scopeOf(req as never, res as never);
      if (typeof name === 'object' && name !== null) this.#refuse(name);
      return name;
    } catch (cause) {
      this.#warnOnce('threw', cause);
      return undefined;
    }
  }

  /** An async `scope` answers too late; its rejection must not become the app's unhandled rejection. */
  #refuse(name: object): void {
    new Promise((resolve) => resolve(name)).then(
      () => this.#warnOnce('gave an object', 'It must return text or undefined, not a promise.'),
      (cause: unknown) => this.#warnOnce('rejected', cause),
    );
  }

  #warnOnce(failure: string, cause: unknown): void {
    if (this.#warned) return;
    this.#warned = true;
    const text = `leakGuard's option scope(req, res) ${failure}; these requests count by their route. ${textOf(cause)}`;
    process.emitWarning(text, { code: 'LEAKGUARD_SCOPE_OPTION' });
  }
}
