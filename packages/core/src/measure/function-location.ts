import type { Runtime as Protocol } from 'node:inspector';
import { contained } from '../contain.ts';
import type { ProfiledFunction } from '../internal-types.ts';
import type { InspectorModule, Post } from './inspector-link.ts';

type AnyFunction = (...args: never[]) => unknown;

/** Where the function lies for the moment in which V8 takes hold of it. */
const HAND: unique symbol = Symbol.for('leakguard.located') as never;
const TAKE = "process.getBuiltinModule('node:inspector')[Symbol.for('leakguard.located')]";
const GROUP = 'leakguard';

/** `bind` of `bind` of `bind`: nobody goes further. */
const MAX_TARGETS = 16;

/**
 * Where `fn` starts, as profiles tell it; null for a native function. Bound functions and proxies are followed.
 *
 * V8 tells it of objects that it has a handle of, and a handle comes only from evaluating something. So the function is
 * put on the exports of `node:inspector` under a symbol, for as long as one synchronous evaluation takes: no global
 * is touched, and it works from another context (Jest's) too. The handles are released before this returns.
 */
export function locateFunction(
  fn: AnyFunction,
  module: InspectorModule,
  post: Post,
): ProfiledFunction | null {
  try {
    const handle = handleOf(fn, module, post);
    const location = handle === undefined ? undefined : locationOf(handle, post);
    return location === undefined
      ? null
      : {
          name: nameOf(fn),
          scriptId: Number(location.scriptId),
          url: '',
          line: location.lineNumber,
          column: location.columnNumber,
        };
  } finally {
    post('Runtime.releaseObjectGroup', { objectGroup: GROUP });
  }
}

function handleOf(fn: AnyFunction, module: InspectorModule, post: Post): string | undefined {
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

function locationOf(handle: string, post: Post): Location | undefined {
  let target: string | undefined = handle;
  for (let step = 0; step < MAX_TARGETS && target !== undefined; step += 1) {
    const internals = internalsOf(target, post);
    const location = internals.get('[[FunctionLocation]]');
    if (location !== undefined) return location.value as Location;
    target = (internals.get('[[TargetFunction]]') ?? internals.get('[[Target]]'))?.objectId;
  }
  return undefined;
}

/** What V8 knows of an object besides its properties. Runs no getter and no trap of a proxy. */
function internalsOf(objectId: string, post: Post): Map<string, Protocol.RemoteObject | undefined> {
  const params = { objectId, ownProperties: true };
  const answer = post<Protocol.GetPropertiesReturnType>('Runtime.getProperties', params);
  return new Map(answer.internalProperties?.map(({ name, value }) => [name, value]));
}

function nameOf(fn: AnyFunction): string {
  return contained(() => (typeof fn.name === 'string' ? fn.name : ''), '');
}
