/**
 * Every private field and method of Express and its router that this package touches is named in this file, and
 * test/router-internals.test.ts fails when one of them changes. All are looked for, never assumed by version: what is
 * missing makes a name vaguer (`(mount)`), never a request fail.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readField } from '@leakguard/core/adapter';

/** What a layer of a route leads to. */
export interface Route {
  path?: unknown;
  stack?: Layer[];
}

/** One entry of a router's stack: a route, a middleware or mount, or a handler inside a route. */
export interface Layer {
  handle?: ((...args: never[]) => unknown) & { stack?: Layer[] };
  /** Own property of a router's layers (undefined on middleware); layers inside a route have `method` in its place. */
  route?: Route;
  /** Of a handler inside a route: in lower case, undefined for every method. */
  method?: string | undefined;
  /** Express 4: the compiled path of the layer. */
  regexp?: RegExp & { fast_slash?: boolean };
  keys?: { name: string | number }[];
  /** router >= 2.3: the path as the app wrote it. */
  rawPath?: unknown;
  /** router 2: one pure matcher per alternative path. */
  matchers?: ((path: string) => { path: string; params: Record<string, unknown> } | false)[];
  /** router 2: mounted at `/`, so that it consumes nothing. */
  slash?: boolean;
}

/** The request as a router sees it. */
export interface RoutedRequest extends IncomingMessage {
  baseUrl?: string;
  app?: RoutedApp;
  route?: Route;
  /** `next` of the router that is running; a router restores the outer one when it is done, the outermost undefined. */
  next?: unknown;
  upgrade?: boolean;
}

interface RoutedApp {
  parent?: RoutedApp;
  /** Express 4. */
  _router?: { stack?: Layer[] };
  /** Express 5. Express 4 has an accessor here that throws. */
  router?: { stack?: Layer[] };
}

type HandleRequest = (this: Layer, req: RoutedRequest, res: ServerResponse, next: unknown) => unknown;
type EntryListener = (layer: Layer, req: RoutedRequest, res: ServerResponse, next: unknown) => void;

const WATCHED = Symbol.for('leakguard.express.watched/1');
/** Set by router >= 2.3 on a request that had an error, under this registered name. */
const ERRORS_SEEN = Symbol.for('router.tracing.publishedErrors');

/** True for a handler inside a route, whose route's own layer was entered before. */
export function isRouteHandler(layer: Layer): boolean {
  return 'method' in layer;
}

/** True for a layer mounted at `/`, which consumes nothing of the path. */
export function isMountedAtRoot(layer: Layer): boolean {
  return layer.slash === true || layer.regexp?.fast_slash === true;
}

/** The layers of an app, undefined while it has none. */
export function layersOf(app: RoutedApp | undefined): Layer[] | undefined {
  if (app === undefined) return undefined;
  // `_router` first: touching `router` on Express 4 throws.
  return (app._router ?? app.router)?.stack;
}

const layerByRoute = new WeakMap<object, Layer>();

/** Stands for the layer of a route whose own was not seen. */
export function layerOf(route: Route): Layer {
  let layer = layerByRoute.get(route);
  if (layer === undefined) {
    layer = { route };
    layerByRoute.set(route, layer);
  }
  return layer;
}

/**
 * Calls `onEntry` whenever a router enters a layer, for every app that shares this app's copy of the router. The
 * prototype is patched once per process, however many guards and copies of this module there are; the original gets
 * the same `this` and arguments, so patches of other libraries compose on either side.
 */
export function watchEntries(app: RoutedApp | undefined, onEntry: EntryListener): void {
  const layer = layersOf(app)?.[0];
  const prototype = layer && Object.getPrototypeOf(layer);
  if (!prototype || Object.hasOwn(prototype, WATCHED)) return;
  for (const method of ['handleRequest', 'handle_request']) {
    if (typeof prototype[method] === 'function') prototype[method] = watched(prototype[method], onEntry);
  }
  Object.defineProperty(prototype, WATCHED, { value: true });
}

function watched(original: HandleRequest, onEntry: EntryListener): HandleRequest {
  function handleRequest(this: Layer, req: RoutedRequest, res: ServerResponse, next: unknown): unknown {
    try {
      onEntry(this, req, res, next);
    } catch {
      // The guard never breaks a request: this one goes on with a vaguer name.
    }
    return original.call(this, req, res, next);
  }
  Object.defineProperty(handleRequest, 'name', { value: original.name });
  return handleRequest;
}

/**
 * True when every router passed the request on and Express's final handler answered 404 without an error. A handler
 * that answers and then calls `next()` also leaves every router, but its answer lacks the final handler's header.
 * Before router 2.3 an error with status 404 that no error handler took looks the same.
 */
export function fellThrough(req: RoutedRequest, res: ServerResponse): boolean {
  if (readField(res, 'statusCode') !== 404 || req.next !== undefined) return false;
  const errors = (req as { [ERRORS_SEEN]?: Set<unknown> })[ERRORS_SEEN];
  return !errors?.size && res.getHeader('content-security-policy') === "default-src 'none'";
}
