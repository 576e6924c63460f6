import { type Guard, type GuardOptions, getGuard, LeakguardError } from '@leakguard/core';
import type { Request, Response } from 'express';
import { textOf } from './contain.ts';

/** Options of {@link leakGuard}: those of a guard, or a guard, and how to name what routes do not tell apart. */
export type LeakGuardOptions = (GuardOptions | { guard: Guard }) & {
  /**
   * Names a request's scope, called once when the response has finished, so that the parsed body is there; undefined falls
   * back to the route. Return few different names (operations, not ids): the guard keeps 500, then `(other)`.
   * If it throws or answers with a promise, the route is taken and one warning (`LEAKGUARD_SCOPE_OPTION`) is emitted.
   */
  scope?: (req: Request, res: Response) => string | undefined;
};

const IDENTITY = Symbol.for('leakguard.identity');
const SHARED = Symbol.for('leakguard.shared');

/** What {@link resolveOptions} makes of them. */
export interface ResolvedLeakGuardOptions {
  guard: Guard;
  /** The same for all handles of one guard, so that a request counts once however often the guard is installed. */
  identity: unknown;
  scope: LeakGuardOptions['scope'];
}

/**
 * Checks the adapter's own options and finds the guard; a guard's options are checked by core.
 *
 * @throws LeakguardError `ERR_LEAKGUARD_OPTION`
 */
export function resolveOptions(options: LeakGuardOptions): ResolvedLeakGuardOptions {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    fail('options', options, 'an object');
  const { scope, guard, ...rest } = options as { guard?: Guard } & LeakGuardOptions;
  if (scope !== undefined && typeof scope !== 'function') fail('scope', scope, 'a function of (req, res)');
  if (guard === undefined) {
    const shared = getGuard(rest as GuardOptions);
    return { guard: shared, identity: identityOf(shared) ?? SHARED, scope };
  }
  if (typeof guard?.begin !== 'function' || typeof guard.scope !== 'function')
    fail('guard', guard, 'a Guard');
  const extra = Object.keys(rest);
  if (extra.length > 0) fail('guard', extra.join(', '), 'given without options of a guard: it has its own');
  return { guard, identity: identityOf(guard) ?? guard, scope };
}

/** Every `getGuard()` gives a handle of its own; a handle says here which guard it belongs to. */
function identityOf(guard: Guard): unknown {
  return (guard as { [IDENTITY]?: unknown })[IDENTITY];
}

function fail(option: string, value: unknown, allowed: string): never {
  throw new LeakguardError(
    'ERR_LEAKGUARD_OPTION',
    `leakGuard: ${option} must be ${allowed}, got ${Array.isArray(value) ? `[${textOf(value)}]` : textOf(value)}`,
  );
}
