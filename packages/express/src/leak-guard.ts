import type { ServerResponse } from 'node:http';
import type { Guard } from '@leakguard/core';
import {
  CountedRequest,
  canFinish,
  isCountedFor,
  RequestCounter,
  resolveAdapterOptions,
} from '@leakguard/core/adapter';
import type { RequestHandler } from 'express';
import { locate } from './locate.ts';
import type { LeakGuardOptions, ScopeOf } from './options.ts';
import { noteEntry, RequestTrack } from './request-track.ts';
import { type RoutedRequest, watchEntries } from './router-internals.ts';
import { shared } from './shared-state.ts';

/** What the app's option `scope` is asked with is Express's, whose types only the app needs. */
type Counter = RequestCounter<[req: RoutedRequest, res: ServerResponse]>;

const TEXT = { adapter: 'leakGuard', scopeArgs: '(req, res)' };

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
  const resolved = resolveAdapterOptions<ScopeOf>(options, TEXT);
  const counter: Counter = new RequestCounter(resolved as never, TEXT, (counts) => {
    shared.counters += counts ? 1 : -1;
  });
  const middleware: RequestHandler = function countRequest(req, res, next) {
    try {
      if (counter.counts()) begin(req as never, res as never, counter, middleware);
    } catch {
      // The guard never breaks a request: this one goes on uncounted.
    }
    next();
  };
  return Object.assign(middleware, { guard: resolved.guard });
}

function begin(req: RoutedRequest, res: ServerResponse, counter: Counter, middleware: RequestHandler): void {
  if (!canFinish(req, res)) return;
  const track = RequestTrack.of(req, res) ?? startTrack(req, middleware);
  const counted = track.listeners as CountedRequest<[RoutedRequest, ServerResponse]> | null;
  if (isCountedFor(counter.identity, counted)) return;
  // Before the unit: one that began and could not end would be in flight for ever.
  if (counted === null) track.watch(req, res);
  const request = new CountedRequest(req, res, counter, counted);
  track.listeners = request;
  // A guard inside of a route begins when the route was already entered.
  if (track.route !== null) request.enterRoute(track.route, req);
}

/** Only the first request gets here: it entered layers before anything could watch. */
function startTrack(req: RoutedRequest, middleware: RequestHandler): RequestTrack {
  watchEntries(req.app, noteEntry);
  return RequestTrack.start(req, locate(req, middleware), undefined);
}
