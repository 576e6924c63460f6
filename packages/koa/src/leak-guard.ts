import type { Guard } from '@leakguard/core';
import {
  CountedRequest,
  canFinish,
  isCountedFor,
  RequestCounter,
  resolveAdapterOptions,
} from '@leakguard/core/adapter';
import type { Middleware } from 'koa';
import type { LeakGuardOptions, ScopeOf } from './options.ts';
import { contextListener, RequestTrack, type ScopeArgs } from './request-track.ts';
import { type RoutedContext, watchContexts } from './router-internals.ts';

const TEXT = { adapter: 'leakGuard', scopeArgs: '(ctx)' };

/** Koa middleware that counts every request under its route, with the guard that it counts for. */
export type LeakGuard = Middleware & { guard: Guard };

/**
 * Counts every request from here to the close of its response under its route pattern, for the process's shared guard
 * or the one given. Put it first. Never throws into a request; installed twice it still counts each request once.
 * While its guard is disabled (`enabled: false`) or closed it only passes requests on.
 *
 * @throws ERR_LEAKGUARD_OPTION at once for nonsense in the options.
 * @example
 * const app = new Koa();
 * app.use(leakGuard());
 * @example
 * app.use(leakGuard({ scope: (ctx) => ctx.request.body?.operationName }));
 */
export function leakGuard(options: LeakGuardOptions = {}): LeakGuard {
  const resolved = resolveAdapterOptions<ScopeOf>(options, TEXT);
  const counter = new RequestCounter<ScopeArgs>(resolved as never, TEXT);
  const middleware: Middleware = function countRequest(ctx, next) {
    try {
      if (counter.counts()) begin(ctx as unknown as RoutedContext, counter);
    } catch {
      // The guard never breaks a request: this one goes on uncounted.
    }
    return next();
  };
  return Object.assign(middleware, { guard: resolved.guard });
}

function begin(ctx: RoutedContext, counter: RequestCounter<ScopeArgs>): void {
  const { req, res } = ctx;
  if (!canFinish(req, res)) return;
  watchContexts(ctx, contextListener);
  const track = RequestTrack.of(ctx);
  if (isCountedFor(counter.identity, track.counted)) return;
  track.count(new CountedRequest(req, res, counter, track.counted));
}
