import type { HandlerRegistry } from './handler-registry.ts';
import type { KnownFunction } from './known-function.ts';
import type { Scripts } from './scripts.ts';
import { isWork, type StackView } from './stack-view.ts';
import type { WrapperSource } from './wrapper-source.ts';

/**
 * The handler to print for a stack that has one. Async and tracing wrappers give every route a function that starts at the
 * same place; what such a function calls is the handler that the app wrote.
 */
export function wrappedHandler(
  view: StackView,
  registry: HandlerRegistry,
  scripts: Scripts,
  source: WrapperSource,
): KnownFunction {
  const { frames, handler } = view;
  const registered = frames[handler]!;
  if (registry.slotsOf(registered.key).length < 2) return registered;
  const called = frames
    .slice(0, view.own)
    .findLast((frame) => isWork(frame) && !isSamePackage(frame, registered));
  if (called === undefined) return registered;
  const wraps =
    registered.kind !== 'app' || (source.isWrapper(registered) && !callsByName(registered, called, scripts));
  return wraps ? called : registered;
}

function isSamePackage(frame: KnownFunction, registered: KnownFunction): boolean {
  return registered.kind !== 'app' && frame.package?.label === registered.package?.label;
}

/** Then it is no parameter that it calls. */
function callsByName({ path, profiled }: KnownFunction, called: KnownFunction, scripts: Scripts): boolean {
  const outline = path === null ? null : scripts.outline(path);
  return outline?.callsByName(outline.at(profiled), called.profiled.name) === true;
}
