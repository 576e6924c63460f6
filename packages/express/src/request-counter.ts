import type { ServerResponse } from 'node:http';
import type { Guard, ScopeId } from '@leakguard/core';
import { isCounting, type ResolvedAdapterOptions, ScopeOption, watchServers } from '@leakguard/core/adapter';
import type { ScopeOf } from './options.ts';
import { RouteScopes } from './route-scopes.ts';
import type { RoutedRequest } from './router-internals.ts';
import { shared } from './shared-state.ts';

const SCOPE_TEXT = { option: "leakGuard's option scope(req, res)", otherwise: 'count by their route' };

/** What one `leakGuard()` needs for every request. */
export class RequestCounter {
  readonly guard: Guard;
  readonly identity: unknown;
  readonly scopes: RouteScopes;
  readonly #scope: ScopeOption<Parameters<ScopeOf>> | null;
  #isActive = false;

  constructor({ guard, identity, scope }: ResolvedAdapterOptions<ScopeOf>) {
    this.guard = guard;
    this.identity = identity;
    this.scopes = new RouteScopes(guard);
    this.#scope = scope === undefined ? null : new ScopeOption(scope, SCOPE_TEXT);
  }

  /** False while the guard is disabled or closed; asked at every request, because a guard closes at any time. */
  counts(): boolean {
    const counts = isCounting(this.guard);
    if (counts !== this.#isActive) {
      this.#isActive = counts;
      shared.counters += counts ? 1 : -1;
      watchServers();
    }
    return counts;
  }

  /** The app's own name for this request, undefined if it gives none. */
  namedByApp(req: RoutedRequest, res: ServerResponse): ScopeId | undefined {
    const name = this.#scope?.ask(req as never, res as never);
    return name === undefined ? undefined : this.scopes.named(name);
  }
}
