import type { IncomingMessage } from 'node:http';
import type { ScopeOption } from '../adapter/scope-option.ts';
import { isCounting } from '../guard-marks.ts';
import { NO_SCOPE } from '../noop-guard.ts';
import type { Guard, ScopeId } from '../types.ts';
import { methodName } from './method-name.ts';

/** What one `guardServer()` needs for every request. */
export class ServerCounter {
  readonly guard: Guard;
  /** The same for all handles of one guard. */
  readonly identity: unknown;
  readonly #scope: ScopeOption<[req: IncomingMessage]> | null;

  constructor(guard: Guard, identity: unknown, scope: ScopeOption<[req: IncomingMessage]> | null) {
    this.guard = guard;
    this.identity = identity;
    this.#scope = scope;
  }

  /** False once the guard is disabled or closed, for good. */
  counts(): boolean {
    return isCounting(this.guard);
  }

  /** Never throws: a unit that did not end would be in flight for ever. */
  scopeOf(req: IncomingMessage): ScopeId {
    try {
      const name = this.#scope?.ask(req);
      // Whatever else is known of the request is its URL, which is no name.
      return this.guard.scope('route', name || `${methodName(req.method)} (unnamed)`);
    } catch {
      return NO_SCOPE;
    }
  }
}
