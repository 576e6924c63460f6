import type { ServerResponse } from 'node:http';
import { type Connection, Connections, type Exchange, readField } from '@leakguard/core/adapter';
import { type Place, ROOT, UNKNOWN } from './place.ts';
import {
  fellThrough,
  isMountedAtRoot,
  isRouteHandler,
  type Layer,
  layerOf,
  type RoutedRequest,
} from './router-internals.ts';
import { shared } from './shared-state.ts';

/** Registered under this name, with the protocol of a track: two copies of this module meet on a connection. */
const connections = new Connections<RequestTrack>('express.connection/1');

/** Told when a request enters a route, and when its response has finished or never will. */
export interface RequestListener {
  enterRoute(place: Place, req: RoutedRequest): void;
  /** @param place where the request was answered, null if nowhere */
  end(place: Place | null, req: RoutedRequest, first: RoutedRequest, second: ServerResponse): void;
  following: RequestListener | null;
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

/**
 * How far one request got in the routers. Its connection holds it while it is counted. Entering a layer only stores
 * references; names are made where a route is entered or the response finishes. It is its own outermost level, which
 * saves an object per request.
 */
export class RequestTrack extends RouterLevel implements Exchange {
  req: RoutedRequest | null;
  res: ServerResponse | null = null;
  connection: Connection<RequestTrack> | null = null;
  level: RouterLevel = this;
  /** The layer entered last, null while none was seen. */
  layer: Layer | null = null;
  /** `req.baseUrl` at the last layer that consumed some of the path: it is gone once the request leaves the router. */
  baseUrl = '';
  /** The route entered last, unless a middleware was entered after it. */
  route: Place | null = null;
  listeners: RequestListener | null = null;

  private constructor(req: RoutedRequest, mount: Place, handed: unknown) {
    super(readField(req, 'next'), mount, 0, null);
    this.handed = handed;
    this.req = req;
  }

  /** The track of a request that is counted, or that entered layers before it is. */
  static of(req: RoutedRequest, res: ServerResponse): RequestTrack | undefined {
    const { last } = shared;
    if (req === last?.req) return last;
    return connections.find(req, res) ?? shared.apart.get(req);
  }

  /** @param handed the `next` that the layer entered now is handed, undefined if that is not known */
  static start(req: RoutedRequest, mount: Place, handed: unknown): RequestTrack {
    const track = new RequestTrack(req, mount, handed);
    remember(track);
    return track;
  }

  /** From now on the end of the response is told to the listeners. */
  watch(req: RoutedRequest, res: ServerResponse): void {
    this.res = res;
    this.connection = connections.watch(this, req, res);
    if (this.connection === null) shared.apart.set(req, this);
  }

  /** Tells the listeners, and lets go of everything in case something keeps this. */
  finish(): void {
    const { req, res, listeners } = this;
    if (req === null || res === null) return;
    const place = this.#answeredAt(req, res);
    if (this.connection === null) shared.apart.delete(req);
    else this.connection.remove(this, req);
    this.level = this;
    this.req = this.res = this.connection = this.handed = this.next = this.layer = this.route = null;
    this.listeners = null;
    if (shared.last === this) shared.last = undefined;
    for (let each = listeners; each !== null; each = each.following) each.end(place, req, req, res);
  }

  /** Null where nothing in the app answered. */
  #answeredAt(req: RoutedRequest, res: ServerResponse): Place | null {
    try {
      return fellThrough(req, res) ? null : this.#place(req);
    } catch {
      // A response whose methods the app replaced: the name becomes vaguer.
      return UNKNOWN;
    }
  }

  /** The place that answered: the route entered last, or the mount of the middleware entered after it. */
  #place(req: RoutedRequest): Place {
    return this.route ?? (this.layer === null ? this.#unseenRoute(req) : this.#mountEntered());
  }

  enter(layer: Layer, req: RoutedRequest, handed: unknown): void {
    if (this.level.handed !== handed) this.#changeLevel(readField(req, 'next'), handed);
    this.layer = layer;
    this.route = null;
    if (layer.route !== undefined) this.#enterRoute(layer, req);
    else if (!isMountedAtRoot(layer)) this.baseUrl = req.baseUrl ?? '';
  }

  #enterRoute(layer: Layer, req: RoutedRequest): void {
    const { mount } = this.level;
    const route = mount.onlyChild(layer) ?? mount.child(layer, req.url ?? '/', 0);
    this.route = route;
    for (let each = this.listeners; each !== null; each = each.following) each.enterRoute(route, req);
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

function remember(track: RequestTrack): void {
  const { last } = shared;
  if (last !== undefined && last !== track && last.req !== null && last.res === null) {
    shared.apart.set(last.req, last);
  }
  shared.last = track;
}

function trackOf(req: RoutedRequest, res: ServerResponse, layer: Layer, next: unknown): RequestTrack {
  const track = RequestTrack.of(req, res);
  if (track === undefined) return RequestTrack.start(req, outsideOf(layer, req), next);
  if (track !== shared.last) remember(track);
  return track;
}

/** Called for every layer that any router of this Express enters. */
export function noteEntry(layer: Layer, req: RoutedRequest, res: ServerResponse, next: unknown): void {
  if (shared.counters === 0) {
    shared.last = undefined;
    return;
  }
  if (isRouteHandler(layer)) return;
  const track = trackOf(req, res, layer, next);
  // A route that answers and then calls `next()` has answered: what runs after it is not what the request was for.
  if (track.route !== null && res.writableEnded) return;
  track.enter(layer, req, next);
}

/** A request that already has a base at its first layer came through a router of another kind. */
function outsideOf(layer: Layer, req: RoutedRequest): Place {
  return readField(req, 'baseUrl') && isMountedAtRoot(layer) ? UNKNOWN : ROOT;
}
