import type { Runtime as Protocol } from 'node:inspector';
import type { AnyFunction, ProfiledFunction } from '../internal-types.ts';
import type { InspectorModule, Post } from './inspector-link.ts';

/** Where the function lies for the moment in which V8 takes hold of it. */
const HAND: unique symbol = Symbol.for('leakguard.located') as never;
const TAKE = "process.getBuiltinModule('node:inspector')[Symbol.for('leakguard.located')]";
const GROUP = 'leakguard';

/** `bind` of `bind` of `bind`: nobody goes further. */
const MAX_TARGETS = 16;

/** V8's handle of an object: an id of the inspector. */
export type Handle = string;

/** What V8 knows of a function by its handle. */
export interface HandledFunction {
  /** Its name is left empty. */
  place: ProfiledFunction;
  /** Of the list of its scopes. */
  scopes: Handle | undefined;
}

/**
 * Gives V8's handle of a function to `use`, and lets go of all handles of that time before it returns. Null where there is none.
 *
 * A handle comes only from evaluating something. So the function is put on the exports of `node:inspector` under a symbol, for
 * as long as one synchronous evaluation takes: no global is touched, and it works from another context (Jest's) too.
 */
export function withHandle<T>(
  fn: AnyFunction,
  module: InspectorModule,
  post: Post,
  use: (handle: Handle) => T,
): T | null {
  try {
    const handle = handleOf(fn, module, post);
    return handle === undefined ? null : use(handle);
  } finally {
    post('Runtime.releaseObjectGroup', { objectGroup: GROUP });
  }
}

/** The function behind a handle, bound functions and proxies followed to their target; null for native ones. */
export function handled(handle: Handle, post: Post): HandledFunction | null {
  let target: Handle | undefined = handle;
  for (let step = 0; step < MAX_TARGETS && target !== undefined; step += 1) {
    const internals = internalsOf(target, post);
    const location = internals.get('[[FunctionLocation]]');
    if (location !== undefined) {
      return { place: placeOf(location.value as Location), scopes: internals.get('[[Scopes]]')?.objectId };
    }
    target = (internals.get('[[TargetFunction]]') ?? internals.get('[[Target]]'))?.objectId;
  }
  return null;
}

/** The properties of an object that is ours: those of the app's may be large, and all of them come. */
export function propertiesOf(handle: Handle, post: Post): Protocol.PropertyDescriptor[] {
  return ownProperties(handle, post).result;
}

function handleOf(fn: AnyFunction, module: InspectorModule, post: Post): Handle | undefined {
  const hand = module as { [HAND]?: AnyFunction };
  Object.defineProperty(hand, HAND, { value: fn, configurable: true });
  try {
    // `silent` and `disableBreaks`: a debugger beside us must not stop in it.
    const params = { expression: TAKE, objectGroup: GROUP, silent: true, disableBreaks: true };
    return post<Protocol.EvaluateReturnType>('Runtime.evaluate', params).result.objectId;
  } finally {
    delete hand[HAND];
  }
}

interface Location {
  scriptId: string;
  lineNumber: number;
  columnNumber: number;
}

function placeOf({ scriptId, lineNumber, columnNumber }: Location): ProfiledFunction {
  return { name: '', scriptId: Number(scriptId), url: '', line: lineNumber, column: columnNumber };
}

/** What V8 knows of an object besides its properties. Runs no getter and no trap of a proxy. */
function internalsOf(handle: Handle, post: Post): Map<string, Protocol.RemoteObject | undefined> {
  return new Map(ownProperties(handle, post).internalProperties?.map(({ name, value }) => [name, value]));
}

function ownProperties(objectId: Handle, post: Post): Protocol.GetPropertiesReturnType {
  return post<Protocol.GetPropertiesReturnType>('Runtime.getProperties', { objectId, ownProperties: true });
}
