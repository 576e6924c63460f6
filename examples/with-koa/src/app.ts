import Router from '@koa/router';
import type { Guard } from '@leakguard/core';
import { type LeakGuardOptions, leakGuard } from '@leakguard/koa';
import Koa from 'koa';
import { answerErrors } from './answer-errors.ts';
import { previewRoutes } from './routes/previews.ts';
import { ticketRoutes } from './routes/tickets.ts';

/** The service, and the guard that watches it. */
export interface Service {
  app: Koa;
  guard: Guard;
}

/**
 * A small help desk on Koa, guarded.
 *
 * @example
 * const { app } = createService();
 * app.listen(3000);
 */
export function createService(options: LeakGuardOptions = {}): Service {
  const app = new Koa();
  const leaks = leakGuard(options);
  app.use(leaks);
  app.use(answerErrors);

  const router = new Router();
  router.get('/health', (ctx) => {
    ctx.body = { ok: true };
  });
  router.use('/desks/:desk', ticketRoutes(), previewRoutes());
  app.use(router.routes()).use(router.allowedMethods());
  return { app, guard: leaks.guard };
}
