import type { HandlerRegistry } from './handler-registry.ts';
import type { KnownFunction } from './known-function.ts';
import type { Scripts } from './scripts.ts';
import { isWork, type StackView } from './stack-view.ts';

/** `fn(...args)`, `fn.call(this, req)`, `handler.apply(this, arguments)`: a call of what was handed to the factory. */
const CALLS = /(?<![.\w$])([A-Za-z_$][\w$]*)(?:\s*\.\s*(?:call|apply))?\s*\(/g;

/**
 * The handler to print for a stack that has one. Async and tracing wrappers give every route a function that starts at the
 * same place; what such a function calls is the handler that the app wrote.
 */
export function wrappedHandler(view: StackView, registry: HandlerRegistry, scripts: Scripts): KnownFunction {
  const { frames, handler } = view;
  const registered = frames[handler]!;
  if (registry.slotsOf(registered.key).length < 2 || !isWrapper(registered, scripts)) return registered;
  for (let at = view.own - 1; at >= 0; at--) {
    const frame = frames[at]!;
    const isOwn = registered.kind !== 'app' && frame.package?.label === registered.package?.label;
    if (isWork(frame) && !isOwn) return frame;
  }
  return registered;
}

/** True for a function of a package, and for one of the app's that calls a parameter of the function around it. */
function isWrapper(known: KnownFunction, scripts: Scripts): boolean {
  if (known.kind !== 'app') return true;
  const outline = known.path === null ? null : scripts.outline(known.path);
  const index = outline?.at(known.profiled) ?? -1;
  const parent = outline && index >= 0 ? outline.parent(index) : -1;
  const text = parent < 0 ? null : scripts.text(known.path!);
  if (outline === null || text === null) return false;
  const own = text.slice(...outline.range(index));
  const header = text.slice(outline.range(parent)[0], outline.range(index)[0]);
  const parameters = new Set(/^[^(]*\(?([^)]*)\)?/.exec(header)?.[1]?.match(/[A-Za-z_$][\w$]*/g) ?? []);
  return [...own.matchAll(CALLS)].some(([, name]) => parameters.has(name!));
}
