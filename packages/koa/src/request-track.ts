import type { IncomingMessage } from 'node:http';
import {
  type Connection,
  Connections,
  type CountedRequest,
  type Exchange,
  type Place,
} from '@leakguard/core/adapter';
import { type Mount, ROOT } from './mount.ts';
import {
  type ContextListener,
  fellThrough,
  hasAnswered,
  indexOfLayer,
  type RoutedContext,
} from './router-internals.ts';

/** What the app's option `scope` is asked with. */
export type ScopeArgs = [ctx: RoutedContext];

/** Registered, with the protocol of a track: two copies of this module meet on a connection and on a context. */
const connections = new Connections<RequestTrack>('koa.connection/1');
const TRACK: unique symbol = Symbol.for('leakguard.koa.track/1');
const MOUNT: unique symbol = Symbol.for('leakguard.koa.mount/1');

/** Contexts of one app share a hidden class, so that a property of their own is cheap. */
interface TrackedContext extends RoutedContext {
  [TRACK]?: RequestTrack;
  /** The mount entered last; kept without a track too, for a guard further inside. */
  [MOUNT]?: Mount;
}

/** How far one request got in the app. Its connection and its context hold it while it is counted. */
export class RequestTrack implements Exchange {
  req: IncomingMessage | null;
  /** The same request as each guard counts it. */
  counted: CountedRequest<ScopeArgs> | null = null;
  #ctx: RoutedContext | null;
  readonly #connection: Connection<RequestTrack> | null;
  /** The layer entered last, a route's or a middleware's; null at a mount or where no router was. */
  #place: Place | null = null;
  /** Where in `ctx.matched` the next layer is. */
  #next = 0;

  private constructor(ctx: RoutedContext) {
    this.req = ctx.req;
    this.#ctx = ctx;
    this.#connection = connections.watch(this, ctx.req, ctx.res);
  }

  /** The track of a request, begun if there is none. */
  static of(ctx: TrackedContext): RequestTrack {
    const own = ctx[TRACK];
    if (own !== undefined && own.req !== null) return own;
    // An app inside of another one's middleware has a context of its own.
    const track = connections.find(ctx.req, ctx.res) ?? new RequestTrack(ctx);
    ctx[TRACK] = track;
    // A guard inside of a router: the layer was entered before it.
    if (ctx.routerPath !== undefined) track.enterLayer(ctx, ctx.routerPath);
    return track;
  }

  /** One more guard counts it. */
  count(request: CountedRequest<ScopeArgs>): void {
    this.counted = request;
    if (this.#place?.isRoute && this.req !== null) request.enterRoute(this.#place, this.req);
  }

  /** Tells the guards, and lets go of everything in case something keeps this. */
  finish(): void {
    const ctx = this.#ctx;
    if (ctx === null || this.req === null) return;
    const { req, counted } = this;
    const place = this.#answeredAt(ctx);
    this.#connection?.remove(this, req);
    this.req = this.#ctx = this.#place = this.counted = null;
    for (let each = counted; each !== null; each = each.following) each.end(place, req, ctx, undefined);
  }

  /** Null where nothing in the app answered. */
  #answeredAt(ctx: TrackedContext): Place | null {
    const mount = ctx[MOUNT] ?? ROOT;
    try {
      // An old router (koa-router 7 and 8) told only where it was going.
      if (ctx._matchedRoute !== undefined && ctx.routerPath === undefined)
        this.enterLayer(ctx, ctx._matchedRoute);
      return this.#place ?? (fellThrough(ctx) ? null : mount);
    } catch {
      // A response whose fields the app replaced: the name becomes vaguer.
      return mount;
    }
  }

  /** A router set `ctx.routerPath`, or the app did. */
  enterLayer(ctx: TrackedContext, path: unknown): void {
    const after = indexOfLayer(ctx, path, this.#next);
    const at = after < 0 ? indexOfLayer(ctx, path, 0) : after;
    // The app set the field itself, to a path that it wants routed: nothing was entered.
    if (at < 0) return;
    this.#next = at + 1;
    const place = (ctx[MOUNT] ?? ROOT).around(ctx).layer(ctx.matched![at]!);
    if (this.#isKept(ctx, place)) return;
    this.#place = place;
    if (!place.isRoute || this.req === null) return;
    for (let each = this.counted; each !== null; each = each.following) each.enterRoute(place, this.req);
  }

  /** Whatever was entered before has passed on, unless it has answered. */
  enterMount(ctx: RoutedContext): void {
    if (!this.#isKept(ctx, null)) this.#place = null;
  }

  /** A route that answers and then passes on has answered: what runs after it is not what the request was for. */
  #isKept(ctx: RoutedContext, entered: Place | null): boolean {
    if (this.#place === null || !this.#place.isRoute) return false;
    // Another route may be meant to fill in what the first has begun.
    return entered?.isRoute ? ctx.res.writableEnded : hasAnswered(ctx);
  }
}

/** What contexts say of themselves. By names of methods, because the track may be another copy's. */
export const contextListener: ContextListener = {
  enterLayer(ctx: TrackedContext, path) {
    ctx[TRACK]?.enterLayer(ctx, path);
  },
  enterMount(ctx: TrackedContext, prefix) {
    if (typeof prefix !== 'string') return;
    ctx[MOUNT] = (ctx[MOUNT] ?? ROOT).around(ctx).inner(prefix);
    ctx[TRACK]?.enterMount(ctx);
  },
};
