import type { Runtime as Protocol } from 'node:inspector';
import type { AnyFunction, CapturedFunction } from '../internal-types.ts';
import { type Handle, type HandledFunction, handled, propertiesOf, withHandle } from './function-handle.ts';
import type { InspectorModule, Post } from './inspector-link.ts';

/** Wrappers capture one function or two; what has more is a module, and tells nothing of one handler. */
const MAX_PER_SCOPE = 8;
const MAX_SCOPES = 4;
const MAX_FUNCTIONS = 16;
/** Closures that are looked into, each some tenths of a millisecond. A wrapper of a wrapper of a wrapper needs three. */
const MAX_CLOSURES = 8;

/**
 * Picks the functions of a scope inside of V8. Its other variables are never read: they may be strings of 100 MB, which would be
 * sent (2 to 4 s were seen). Runs no code of the app: scopes have no getters.
 */
const PICK = `function () {
  const found = { __proto__: null };
  const variables = this.object;
  let count = 0;
  for (const name in variables) {
    if (typeof variables[name] !== 'function') continue;
    if (++count > ${MAX_PER_SCOPE}) return { __proto__: null };
    found[name] = variables[name];
  }
  return found;
}`;

/**
 * The functions in variables that a closure holds, and those that these hold, nearest first. What many closures share (a module's
 * functions) may be among them.
 */
export function capturedFunctions(
  fn: AnyFunction,
  module: InspectorModule,
  post: Post,
): readonly CapturedFunction[] {
  return withHandle(fn, module, post, (handle) => collect(handle, post)) ?? [];
}

function collect(handle: Handle, post: Post): CapturedFunction[] {
  const first = handled(handle, post);
  if (first === null) return [];
  const found = new Map<string, CapturedFunction>();
  const closures = [first];
  const seen = new Set([keyOf(first)]);
  for (let at = 0; at < Math.min(closures.length, MAX_CLOSURES); at += 1) {
    const holder = closures[at]!;
    for (const { variable, fn } of heldBy(holder, post)) {
      if (found.size >= MAX_FUNCTIONS) return [...found.values()];
      const key = keyOf(fn);
      if (seen.has(key)) continue;
      seen.add(key);
      found.set(key, { ...fn.place, variable, holder: holder.place });
      closures.push(fn);
    }
  }
  return [...found.values()];
}

/** Functions in the variables of the scopes around one, the innermost scope first. */
function heldBy({ scopes }: HandledFunction, post: Post): { variable: string; fn: HandledFunction }[] {
  if (scopes === undefined) return [];
  return propertiesOf(scopes, post)
    .flatMap(({ value }) => (value?.objectId && isLocal(value) ? [value.objectId] : []))
    .slice(0, MAX_SCOPES)
    .flatMap((scope) => functionsIn(scope, post));
}

/** Of a function or a block; not a module's, nor the global one. */
function isLocal({ description = '' }: Protocol.RemoteObject): boolean {
  return /^(?:Closure|Block)/.test(description);
}

function functionsIn(scope: Handle, post: Post): { variable: string; fn: HandledFunction }[] {
  const params = { objectId: scope, functionDeclaration: PICK, silent: true };
  const { result } = post<Protocol.CallFunctionOnReturnType>('Runtime.callFunctionOn', params);
  if (result.objectId === undefined) return [];
  return propertiesOf(result.objectId, post).flatMap(({ name, value }) => {
    const fn = value?.objectId === undefined ? null : handled(value.objectId, post);
    return fn === null ? [] : [{ variable: name, fn }];
  });
}

function keyOf({ place: { scriptId, line, column } }: HandledFunction): string {
  return `${scriptId}:${line}:${column}`;
}
