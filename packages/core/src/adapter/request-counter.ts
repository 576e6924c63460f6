import { isCounting } from '../guard-marks.ts';
import { watchServers } from '../http/server-messages.ts';
import type { Guard, ScopeId } from '../types.ts';
import type { ResolvedAdapterOptions } from './options.ts';
import { RouteScopes } from './route-scopes.ts';
import { type NameOf, ScopeOption } from './scope-option.ts';

/** What the app's option `scope` is asked with: `(req, res)`, or one context. */
export type ScopeArgs = [first: unknown, second?: unknown];

/** What one middleware of an adapter needs for every request. */
export class RequestCounter<Args extends ScopeArgs> {
  readonly guard: Guard;
  /** The same for all handles of one guard. */
  readonly identity: unknown;
  readonly scopes: RouteScopes;
  readonly #scope: ScopeOption<Args> | null;
  readonly #onChange: (counts: boolean) => void;
  #isActive = false;

  /**
   * @param scopeArgs what `scope` is called with, for the warning: `(req, res)`
   * @param onChange told when the guard begins to count, and when it is closed
   */
  constructor(
    { guard, identity, scope }: ResolvedAdapterOptions<NameOf<Args>>,
    { adapter, scopeArgs }: { adapter: string; scopeArgs: string },
    onChange: (counts: boolean) => void = () => {},
  ) {
    this.guard = guard;
    this.identity = identity;
    this.scopes = new RouteScopes(guard);
    const text = { option: `${adapter}'s option scope${scopeArgs}`, otherwise: 'count by their route' };
    this.#scope = scope === undefined ? null : new ScopeOption(scope, text);
    this.#onChange = onChange;
  }

  /** False while the guard is disabled or closed; asked at every request, because a guard closes at any time. */
  counts(): boolean {
    const counts = isCounting(this.guard);
    if (counts !== this.#isActive) {
      this.#isActive = counts;
      this.#onChange(counts);
      watchServers();
    }
    return counts;
  }

  /** The app's own name for this request, undefined if it gives none. */
  namedByApp(first: Args[0], second: Args[1]): ScopeId | undefined {
    const name = this.#scope?.ask(...([first, second] as unknown as Args));
    return name === undefined ? undefined : this.scopes.named(name);
  }
}
