import type { Guard, GuardOptions } from '@leakguard/core';
import type { Context } from 'koa';

/** Names a request's scope after its response has finished; undefined falls back to the route. */
export type ScopeOf = (ctx: Context) => string | undefined;

/** Options of {@link leakGuard}: those of a guard, or a guard, and how to name what routes do not tell apart. */
export type LeakGuardOptions = (GuardOptions | { guard: Guard }) & {
  /**
   * Names a request's scope, called once when the response has finished, so that the parsed body is there; undefined falls
   * back to the route. Return few different names (operations, not ids): the guard keeps 500, then `(other)`.
   * If it throws or answers with a promise, the route is taken and one warning (`LEAKGUARD_SCOPE_OPTION`) is emitted.
   */
  scope?: ScopeOf;
};
