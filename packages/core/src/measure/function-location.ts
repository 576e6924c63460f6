import { contained } from '../contain.ts';
import type { AnyFunction, ProfiledFunction } from '../internal-types.ts';
import { handled, withHandle } from './function-handle.ts';
import type { InspectorModule, Post } from './inspector-link.ts';

/** Where `fn` starts, as profiles tell it; null for a native function. Bound functions and proxies are followed. */
export function locateFunction(
  fn: AnyFunction,
  module: InspectorModule,
  post: Post,
): ProfiledFunction | null {
  const found = withHandle(fn, module, post, (handle) => handled(handle, post));
  return found && { ...found.place, name: nameOf(fn) };
}

function nameOf(fn: AnyFunction): string {
  return contained(() => (typeof fn.name === 'string' ? fn.name : ''), '');
}
