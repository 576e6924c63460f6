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
  if (registry.slotsOf(registered.key).length < 2) return registered;
  const called = frames
    .slice(0, view.own)
    .findLast((frame) => isWork(frame) && !isSamePackage(frame, registered));
  return called !== undefined && wraps(registered, called, scripts) ? called : registered;
}

function isSamePackage(frame: KnownFunction, registered: KnownFunction): boolean {
  return registered.kind !== 'app' && frame.package?.label === registered.package?.label;
}

/**
 * True for a function of a package, and for one of the app's that calls a parameter of the function around it, unless
 * it calls the other one by its name.
 */
function wraps(registered: KnownFunction, called: KnownFunction, scripts: Scripts): boolean {
  if (registered.kind !== 'app') return true;
  const { path, profiled } = registered;
  const outline = path === null ? null : scripts.outline(path);
  const index = outline?.at(profiled) ?? -1;
  const parent = outline && index >= 0 ? outline.parent(index) : -1;
  const text = parent < 0 ? null : scripts.text(path!);
  if (outline === null || text === null || outline.callsByName(index, called.profiled.name)) return false;
  const own = text.slice(...outline.range(index));
  const header = text.slice(outline.range(parent)[0], outline.range(index)[0]).split(/=>|\{/, 1)[0]!;
  const parameters = new Set(header.match(/[A-Za-z_$][\w$]*/g));
  return [...own.matchAll(CALLS)].some(([, name]) => parameters.has(name!));
}
