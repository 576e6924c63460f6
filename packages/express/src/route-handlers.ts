import type { Seen } from '@leakguard/core';
import type { Layer } from './router-internals.ts';

type Handlers = NonNullable<Seen['handlers']>;

/** The functions of one route. */
export interface RouteHandlers {
  /** Undefined where they cannot be told. */
  all: Handlers | undefined;
  /** By method as requests have it, null where all methods have the same. */
  byMethod: ReadonlyMap<string, Handlers> | null;
}

const NONE: RouteHandlers = { all: undefined, byMethod: null };

/**
 * The functions that a route runs, its own middleware included; none for a mount, whose function also runs for what is
 * below it. Read once per place: what an app adds to a route later is not seen.
 */
export function handlersOf({ route }: Layer): RouteHandlers {
  try {
    return route?.stack === undefined ? NONE : readHandlers(route.stack);
  } catch {
    // Internals that are not as expected: the route has a name all the same.
    return NONE;
  }
}

function readHandlers(stack: readonly Layer[]): RouteHandlers {
  const layers = stack.filter(({ handle }) => typeof handle === 'function');
  const methods = new Set(layers.map(({ method }) => method));
  if (methods.size < 2) return { all: functionsOf(layers), byMethod: null };
  const byMethod = new Map<string, Handlers>();
  for (const method of methods) {
    if (method !== undefined) byMethod.set(method.toUpperCase(), functionsOf(layers, method));
  }
  // Express answers these by the handlers of GET.
  if (!methods.has('head') && methods.has('get')) byMethod.set('HEAD', byMethod.get('GET')!);
  return { all: functionsOf(layers), byMethod };
}

/** With a method, only those that it runs: its own, and those of `all()`. */
function functionsOf(layers: readonly Layer[], method?: string): Handlers {
  return layers
    .filter((layer) => method === undefined || layer.method === undefined || layer.method === method)
    .map(({ handle }) => handle!);
}
