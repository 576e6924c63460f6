import { type Guard, type GuardOptions, getGuard, LeakguardError } from '@leakguard/core';
import type { Request, Response } from 'express';
import { contained, textOf } from './contain.ts';

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
  const { scope, guard, ...rest } = readOptions(options);
  if (scope !== undefined && typeof scope !== 'function') fail('scope', scope, 'a function of (req, res)');
  if (guard === undefined) {
    const shared = getGuard(rest as GuardOptions);
    return {
      guard: shared,
      identity: identityOf(shared) ?? SHARED,
      scope: scope as LeakGuardOptions['scope'],
    };
  }
  if (!contained(() => isGuard(guard), false)) fail('guard', guard, 'a Guard');
  const extra = Object.keys(rest);
  if (extra.length > 0) fail('guard', extra.join(', '), 'given without options of a guard: it has its own');
  return {
    guard: guard as Guard,
    identity: contained(() => identityOf(guard as Guard), undefined) ?? guard,
    scope: scope as LeakGuardOptions['scope'],
  };
}

/** Stands for an option that threw when it was read; nothing takes it. */
const UNREADABLE = Symbol('what threw when it was read');

/** A copy of the options, each read once. */
function readOptions(options: unknown): Record<string, unknown> {
  const keys = contained(() => (isObject(options) ? Object.keys(options) : null), null);
  if (keys === null) fail('options', options, 'an object');
  const read = (key: string): unknown => contained(() => (options as never)[key], UNREADABLE);
  return Object.fromEntries(keys.map((key) => [key, read(key)]));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isGuard(value: unknown): value is Guard {
  const { begin, scope } = value as Partial<Guard>;
  return typeof begin === 'function' && typeof scope === 'function';
}

/** Every `getGuard()` gives a handle of its own; a handle says here which guard it belongs to. */
function identityOf(guard: Guard): unknown {
  return (guard as { [IDENTITY]?: unknown })[IDENTITY];
}

function fail(option: string, value: unknown, allowed: string): never {
  const isArray = contained(() => Array.isArray(value), false);
  throw new LeakguardError(
    'ERR_LEAKGUARD_OPTION',
    `leakGuard: ${option} must be ${allowed}, got ${isArray ? `[${textOf(value)}]` : textOf(value)}`,
  );
}
