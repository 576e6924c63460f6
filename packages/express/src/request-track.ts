import type { ServerResponse } from 'node:http';
import { active } from './active-counters.ts';
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

/** A listener of a response's `close` that carries the track of its request. */
type TrackListener = (() => void) & { [TRACK]?: RequestTrack };

/**
 * How far one request got in the routers. It hangs on the listener of the response's `close` that a counted request
 * needs anyway: a property of its own on the request would cost more than all the rest, because requests share no
 * hidden class after Express changed their prototype (2-3 us on Node 20, and every later access pays, too). Entering a layer only stores references; names are made
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

  /** The track of a request that was counted, or that entered layers before it was. */
  static of(req: RoutedRequest, res: ServerResponse): RequestTrack | undefined {
    if (req === lastRequest) return lastTrack;
    return listenedTo(res) ?? uncounted.get(req);
  }

  static start(req: RoutedRequest, mount: Place): RequestTrack {
    const track = new RequestTrack(req, mount);
    remember(req, track);
    return track;
  }

  /** Calls `onClose` when the response closes, and lets the track be found by it until then. */
  hangOn(res: ServerResponse, onClose: () => void): void {
    (onClose as TrackListener)[TRACK] = this;
    res.on('close', onClose);
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
    if (lastTrack === this) forget();
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
 * The request that entered a layer last: most enter the next one right away. Cleared when a counted request ends; one
 * that no guard counts stays until the next request, or for good if none comes: one request, never more.
 */
let lastRequest: RoutedRequest | undefined;
let lastTrack: RequestTrack | undefined;

/** Tracks of requests that went through an asynchronous middleware before they reached a guard: rare, so kept apart. */
const uncounted = new WeakMap<RoutedRequest, RequestTrack>();

function remember(req: RoutedRequest, track: RequestTrack): void {
  if (lastRequest !== undefined && lastTrack !== undefined && lastRequest !== req) {
    if (lastTrack.listeners === null && !lastTrack.ended) uncounted.set(lastRequest, lastTrack);
  }
  lastRequest = req;
  lastTrack = track;
}

function forget(): void {
  lastRequest = lastTrack = undefined;
}

function listenedTo(res: ServerResponse): RequestTrack | undefined {
  // Every request comes here once, at its first layer, and hardly any has a listener by then.
  if (res.listenerCount('close') === 0) return undefined;
  for (const listener of res.listeners('close')) {
    const track = (listener as TrackListener)[TRACK];
    if (track !== undefined) return track;
  }
  return undefined;
}

function trackOf(req: RoutedRequest, res: ServerResponse, layer: Layer): RequestTrack {
  if (req === lastRequest && lastTrack !== undefined) return lastTrack;
  const track = RequestTrack.of(req, res);
  if (track === undefined) return RequestTrack.start(req, outsideOf(layer, req));
  if (!track.ended) remember(req, track);
  return track;
}

/** Called for every layer that any router of this Express enters. */
export function noteEntry(layer: Layer, req: RoutedRequest, res: ServerResponse, next: unknown): void {
  if (active.counters === 0) {
    forget();
    return;
  }
  if (isRouteHandler(layer)) return;
  const track = trackOf(req, res, layer);
  if (track.ended) return;
  // A route that answers and then calls `next()` has answered: what runs after it is not what the request was for.
  if (track.route !== null && res.writableEnded) return;
  track.enter(layer, req, next);
}

/** A request that already has a base at its first layer came through a router of another kind. */
function outsideOf(layer: Layer, req: RoutedRequest): Place {
  return req.baseUrl && isMountedAtRoot(layer) ? UNKNOWN : ROOT;
}
