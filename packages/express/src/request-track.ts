import type { ServerResponse } from 'node:http';
import { type Place, ROOT, UNKNOWN } from './place.ts';
import {
  isMountedAtRoot,
  isRouteHandler,
  type Layer,
  layerOf,
  type RoutedRequest,
} from './router-internals.ts';

/** Told when a request enters a route. */
export interface RouteListener {
  enterRoute(place: Place, method: string | undefined): void;
  following: RouteListener | null;
}

/** One router that a request is inside of: its `next` tells it from the routers around it. */
class RouterLevel {
  /** The `next` that layers of this router are handed: equal in all but patched apps, and the cheapest to compare. */
  handed: unknown = undefined;
  /** `req.next`, which the router itself sets. */
  next: unknown;
  /** What the router is mounted at. */
  mount: Place;
  /** How much of `req.baseUrl` the mounts above consumed. */
  baseLength: number;
  outer: RouterLevel | null;

  constructor(next: unknown, mount: Place, baseLength: number, outer: RouterLevel | null) {
    this.next = next;
    this.mount = mount;
    this.baseLength = baseLength;
    this.outer = outer;
  }
}

/** Registered, so that two copies of this module meet on a request; the number is the protocol of the object. */
const TRACK = Symbol.for('leakguard.express.track/1');

/**
 * How far one request got in the routers, kept on the request. Entering a layer only stores references; names are made
 * where a route is entered or the response closes. It is its own outermost level, which saves an object per request.
 */
export class RequestTrack extends RouterLevel {
  level: RouterLevel = this;
  /** The layer entered last, null while none was seen. */
  layer: Layer | null = null;
  /** `req.baseUrl` at the last layer that consumed some of the path: it is gone once the request leaves the router. */
  baseUrl = '';
  /** The route entered last, unless a middleware was entered after it. */
  route: Place | null = null;
  listeners: RouteListener | null = null;
  ended = false;

  constructor(req: RoutedRequest, mount: Place) {
    super(req.next, mount, 0, null);
  }

  static of(req: RoutedRequest): RequestTrack | undefined {
    return (req as { [TRACK]?: RequestTrack })[TRACK];
  }

  static start(req: RoutedRequest, mount: Place): RequestTrack {
    const track = new RequestTrack(req, mount);
    (req as { [TRACK]?: RequestTrack })[TRACK] = track;
    return track;
  }

  /** The place that answered: the route entered last, or the mount of the middleware entered after it. */
  place(req: RoutedRequest): Place {
    try {
      return this.route ?? (this.layer === null ? this.#unseenRoute(req) : this.#mountEntered());
    } catch {
      return UNKNOWN;
    }
  }

  enter(layer: Layer, req: RoutedRequest, handed: unknown): void {
    if (this.level.handed !== handed) this.#changeLevel(req.next, handed);
    this.layer = layer;
    this.route = null;
    if (layer.route !== undefined) this.#enterRoute(layer, req);
    else if (!isMountedAtRoot(layer)) this.baseUrl = req.baseUrl ?? '';
  }

  /** Lets go of what the request no longer needs, in case the app keeps the request. */
  end(): void {
    this.ended = true;
    this.level = this;
    this.handed = this.next = this.layer = this.route = this.listeners = null;
    if (lastTrack === this) lastRequest = lastTrack = undefined;
  }

  #enterRoute(layer: Layer, req: RoutedRequest): void {
    const route = this.level.mount.child(layer, req.url ?? '/', 0);
    this.route = route;
    for (let each = this.listeners; each !== null; each = each.following) each.enterRoute(route, req.method);
  }

  /** Back in a router that was left for a mounted one, or inside one just entered. */
  #changeLevel(next: unknown, handed: unknown): void {
    let level: RouterLevel | null = this.level;
    while (level !== null && level.next !== next) level = level.outer;
    this.level = level ?? this.#innerLevel(next);
    this.level.handed = handed;
  }

  #innerLevel(next: unknown): RouterLevel {
    const { level } = this;
    // A route consumes nothing: an app called again from a handler (`req.url = ...; app(req, res)`) starts where it was.
    if (this.route !== null) return new RouterLevel(next, level.mount, level.baseLength, level);
    const consumes = this.layer !== null && !isMountedAtRoot(this.layer);
    return new RouterLevel(
      next,
      this.#mountEntered(),
      consumes ? this.baseUrl.length : level.baseLength,
      level,
    );
  }

  /** Where no layer was seen to be entered, the request's own word is all there is; it may be stale, but is a pattern. */
  #unseenRoute({ route, baseUrl, url = '/' }: RoutedRequest): Place {
    if (route === undefined) return this.level.mount;
    const mount = this.level.mount === ROOT && baseUrl ? UNKNOWN : this.level.mount;
    return mount.child(layerOf(route), url, 0);
  }

  #mountEntered(): Place {
    const { level, layer, baseUrl } = this;
    if (layer === null) return level.mount;
    return level.mount.child(layer, baseUrl, level.baseLength);
  }
}

/**
 * The counted request that entered a layer last: most enter the next one right away, and a look at this is much cheaper
 * than one into the request. Cleared when the request ends, so that it keeps nothing alive.
 */
let lastRequest: RoutedRequest | undefined;
let lastTrack: RequestTrack | undefined;

function trackOf(req: RoutedRequest, layer: Layer): RequestTrack {
  if (req === lastRequest && lastTrack !== undefined) return lastTrack;
  const track = RequestTrack.of(req) ?? RequestTrack.start(req, outsideOf(layer, req));
  if (track.listeners !== null) {
    lastRequest = req;
    lastTrack = track;
  }
  return track;
}

/** Called for every layer that any router of this Express enters. */
export function noteEntry(layer: Layer, req: RoutedRequest, res: ServerResponse, next: unknown): void {
  if (isRouteHandler(layer)) return;
  const track = trackOf(req, layer);
  if (track.ended) return;
  // A route that answers and then calls `next()` has answered: what runs after it is not what the request was for.
  if (track.route !== null && res.writableEnded) return;
  track.enter(layer, req, next);
}

/** A request that already has a base at its first layer came through a router of another kind. */
function outsideOf(layer: Layer, req: RoutedRequest): Place {
  return req.baseUrl && isMountedAtRoot(layer) ? UNKNOWN : ROOT;
}
