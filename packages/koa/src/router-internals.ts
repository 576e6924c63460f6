/**
 * All that this package touches of Koa, its routers and koa-mount, beyond `ctx.req` and `ctx.res`, is in this file, and
 * test/router-internals.test.ts fails when it changes. Two fields tell where a request is, and every version that was
 * looked at sets them itself, on the context: a router `ctx.routerPath` whenever it enters a layer, koa-mount
 * `ctx.mountPath` whenever it enters a mount. So nobody's functions are wrapped: both fields become accessors of
 * `app.context`, once per app. What is missing makes a name vaguer, never a request fail.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pathname } from '@leakguard/core/adapter';

/** One entry of a router: a route, or a middleware where `methods` is empty. A nested router's are copied with its prefix. */
export interface Layer {
  path: string | RegExp;
  methods: readonly string[];
  stack: readonly ((...args: never[]) => unknown)[];
}

/** The context as routers see it. */
export interface RoutedContext {
  app: { context: object };
  req: IncomingMessage;
  res: ServerResponse;
  response: { body?: unknown; _explicitStatus?: boolean };
  respond?: boolean;
  /** As it came in; `path` lacks what mounts have consumed. */
  originalUrl: string;
  path: string;
  /** The layers whose path matched, of every router so far, whatever their method, in the order in which they are entered. */
  matched?: readonly Layer[];
  routerPath?: unknown;
  /** Where a router is about to go; all that koa-router 7 and 8 tell. */
  _matchedRoute?: unknown;
  mountPath?: unknown;
}

/** Told what the fields are set to. */
export interface ContextListener {
  enterLayer(ctx: RoutedContext, path: unknown): void;
  enterMount(ctx: RoutedContext, prefix: unknown): void;
}

/** Registered: the copy of this module that watches an app first does it for all. The number is the protocol. */
const WATCHED = Symbol.for('leakguard.koa.watched/1');

/** Calls back for every layer and mount that requests of this context's app enter, this request's last ones included. */
export function watchContexts(ctx: RoutedContext, listener: ContextListener): void {
  const { context } = ctx.app;
  if (Object.hasOwn(context, WATCHED) || !Object.isExtensible(context)) return;
  Object.defineProperty(context, WATCHED, { value: true });
  watchField(context, ctx, 'mountPath', listener.enterMount);
  watchField(context, ctx, 'routerPath', listener.enterLayer);
}

function watchField(
  context: object,
  first: RoutedContext,
  field: 'routerPath' | 'mountPath',
  onSet: (ctx: RoutedContext, value: unknown) => void,
): void {
  // Somebody else's accessor, or a default of the app's: then requests are named without.
  if (field in context) return;
  const stored = Symbol(field);
  Object.defineProperty(context, field, {
    configurable: true,
    get(this: Record<symbol, unknown>): unknown {
      return this[stored];
    },
    set(this: Record<symbol, unknown>, value: unknown): void {
      this[stored] = value;
      try {
        onSet(this as unknown as RoutedContext, value);
      } catch {
        // The guard never breaks a request: this one goes on with a vaguer name.
      }
    },
  });
  if (!Object.hasOwn(first, field)) return;
  // A guard inside of a router or a mount: its first request set the field before anybody watched.
  const value = first[field];
  delete first[field];
  first[field] = value;
}

/** The layer that a router entered when it set `ctx.routerPath`, found at or after `from`; -1 if it was somebody else. */
export function indexOfLayer({ matched, req }: RoutedContext, path: unknown, from: number): number {
  if (!Array.isArray(matched)) return -1;
  for (let at = from; at < matched.length; at++) {
    if (matched[at].path === path && takes(matched[at], req.method)) return at;
  }
  return -1;
}

/** One path may have a layer per method. */
function takes({ methods }: Layer, method = ''): boolean {
  return methods.length === 0 || methods.includes(method);
}

/** True for `router.use()`, whose path is where it is mounted. */
export function isMiddleware({ methods }: Layer): boolean {
  return methods.length === 0;
}

/** What routers append to the path of a middleware so that it matches everything below: 7 to 9, 10 to 14, 15. */
const EVERYTHING_BELOW = /(?:\(\.\*\)|\(\[\^\\?\/\]\*\)|\(\?:\\\/\|\$\)|\{\/\*rest\})$/;

/** The path of a layer as the app wrote it, with the prefixes around it. */
export function patternOf(layer: Layer): string {
  const pattern = String(layer.path);
  return isMiddleware(layer) ? pattern.replace(EVERYTHING_BELOW, '') : pattern;
}

/** How much of the path mounts have consumed. */
export function consumedLength({ originalUrl, path }: RoutedContext): number {
  const whole = pathname(originalUrl);
  // What is left of `/api` below a mount at `/api` is `/`, which was not there.
  return whole.length - (path === '/' && !whole.endsWith('/') ? 0 : path.length);
}

/** True once the app has answered: a body is set, which Koa sends when all middleware is done, or was sent by hand. */
export function hasAnswered({ res, response }: RoutedContext): boolean {
  return res.writableEnded || response.body != null;
}

/** True when nothing in the app answered, and Koa's own 404 did. */
export function fellThrough({ res, response, respond }: RoutedContext): boolean {
  if (res.statusCode !== 404 || !res.headersSent || respond === false) return false;
  return response._explicitStatus !== true && response.body == null;
}
