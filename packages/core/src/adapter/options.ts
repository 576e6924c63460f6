import { contained } from '../contain.ts';
import { LeakguardError } from '../errors.ts';
import { givenOptions, shown } from '../given-options.ts';
import { identityOf } from '../guard-marks.ts';
import { getGuard } from '../shared-guard.ts';
import type { Guard, GuardOptions } from '../types.ts';

/** What an adapter's options have in common: those of a guard, or a guard, and how the app names its units. */
export type AdapterOptions<Scope> = (GuardOptions | { guard: Guard }) & { scope?: Scope };

/** What {@link resolveAdapterOptions} makes of them. */
export interface ResolvedAdapterOptions<Scope> {
  guard: Guard;
  /** The same for all handles of one guard, so that a unit counts once however many adapters have the guard. */
  identity: unknown;
  scope: Scope | undefined;
}

/** Stands for a guard that `getGuard` gave and that has no identity: another copy's, of another protocol. */
const SHARED = Symbol.for('leakguard.shared');

/**
 * Checks an adapter's own options and finds the guard: the one given, or the process's shared one.
 *
 * @param adapter the function that was called, for messages: `leakGuard`
 * @param scopeArgs what `scope` is called with, for messages: `(req, res)`
 * @throws LeakguardError `ERR_LEAKGUARD_OPTION`
 */
export function resolveAdapterOptions<Scope>(
  options: AdapterOptions<Scope>,
  { adapter, scopeArgs }: { adapter: string; scopeArgs: string },
): ResolvedAdapterOptions<Scope> {
  const given = givenOptions(options) ?? refuse(adapter, 'options', options, 'an object');
  const { scope, guard, ...rest } = given as { scope?: Scope; guard?: Guard };
  if (scope !== undefined && typeof scope !== 'function')
    refuse(adapter, 'scope', scope, `a function of ${scopeArgs}`);
  if (guard === undefined) {
    const shared = getGuard(rest as GuardOptions);
    return { guard: shared, identity: identityOf(shared) ?? SHARED, scope };
  }
  if (!contained(() => isGuard(guard), false)) refuse(adapter, 'guard', guard, 'a Guard');
  const extra = Object.keys(rest);
  if (extra.length > 0)
    refuse(adapter, 'guard', extra.join(', '), 'given without options of a guard: it has its own');
  return { guard, identity: contained(() => identityOf(guard), undefined) ?? guard, scope };
}

function isGuard({ begin, scope }: Partial<Guard>): boolean {
  return typeof begin === 'function' && typeof scope === 'function';
}

/** Throws `ERR_LEAKGUARD_OPTION` for what an adapter was called with. */
export function refuse(adapter: string, option: string, value: unknown, allowed: string): never {
  throw new LeakguardError(
    'ERR_LEAKGUARD_OPTION',
    `${adapter}: ${option} must be ${allowed}, got ${shown(value)}`,
  );
}
