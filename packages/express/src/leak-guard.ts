import type { ServerResponse } from 'node:http';
import type { Guard } from '@leakguard/core';
import type { RequestHandler } from 'express';
import { CountedRequest } from './counted-request.ts';
import { locate } from './locate.ts';
import { type LeakGuardOptions, resolveOptions } from './options.ts';
import { type Place, UNKNOWN } from './place.ts';
import { RequestCounter } from './request-counter.ts';
import { noteEntry, RequestTrack } from './request-track.ts';
import { fellThrough, type RoutedRequest, watchEntries } from './router-internals.ts';

/** Express middleware that counts every request under its route, with the guard that it counts for. */
export type LeakGuard = RequestHandler & { guard: Guard };

/**
 * Counts every request from here to the close of its response under its route pattern, for the process's shared guard
 * or the one given. Put it first. Never throws into a request; installed twice it still counts each request once.
 * While its guard is disabled (`enabled: false`) or closed it only passes requests on.
 *
 * @throws ERR_LEAKGUARD_OPTION at once for nonsense in the options.
 * @example
 * const app = express();
 * app.use(leakGuard());
 * @example
 * app.use(leakGuard({ scope: (req) => req.body?.operationName }));
 */
export function leakGuard(options: LeakGuardOptions = {}): LeakGuard {
  const { guard, identity, scope } = resolveOptions(options);
  const counter = new RequestCounter(guard, identity, scope);
  const middleware: RequestHandler = function countRequest(req, res, next) {
    try {
      if (counter.counts()) begin(req as unknown as RoutedRequest, res, counter, middleware);
    } catch {
      // The guard never breaks a request: this one goes on uncounted.
    }
    next();
  };
  return Object.assign(middleware, { guard });
}

function begin(
  req: RoutedRequest,
  res: ServerResponse,
  counter: RequestCounter,
  middleware: RequestHandler,
): void {
  // Some WebSocket libraries route upgrades through the app with a response that never closes; and a client that is
  // already gone closes nothing any more. Neither could ever end.
  if (req.upgrade || res.destroyed) return;
  const track = RequestTrack.of(req, res) ?? startTrack(req, middleware);
  const counted = track.listeners as CountedRequest | null;
  if (isCounted(counted, counter.identity)) return;
  // The listener first: a unit that began and could not end would be in flight for ever.
  if (counted === null) track.hangOn(res, () => end(track, req, res));
  const request = new CountedRequest(req, counter, counted);
  track.listeners = request;
  // A guard inside of a route begins when the route was already entered.
  if (track.route !== null) request.enterRoute(track.route, req.method);
}

/** Only the first request gets here: it entered layers before anything could watch. */
function startTrack(req: RoutedRequest, middleware: RequestHandler): RequestTrack {
  watchEntries(req.app, noteEntry);
  return RequestTrack.start(req, locate(req, middleware));
}

function isCounted(counted: CountedRequest | null, identity: unknown): boolean {
  for (let each = counted; each !== null; each = each.following)
    if (each.counter.identity === identity) return true;
  return false;
}

/** Null where nothing in the app answered. */
function answeredAt(track: RequestTrack, req: RoutedRequest, res: ServerResponse): Place | null {
  try {
    return fellThrough(req, res) ? null : track.place(req);
  } catch {
    // A response whose methods the app replaced: the name becomes vaguer.
    return UNKNOWN;
  }
}

/** The response has closed. */
function end(track: RequestTrack, req: RoutedRequest, res: ServerResponse): void {
  const first = track.listeners as CountedRequest | null;
  const place = answeredAt(track, req, res);
  track.end();
  for (let each = first; each !== null; each = each.following) {
    try {
      each.end(place, req, res);
    } catch {
      // A response that closes has nobody to tell; other guards still count.
    }
  }
}
