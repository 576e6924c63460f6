import { createAdaptorServer, type HttpBindings, type ServerType } from '@hono/node-server';
import { type Guard, type GuardServerOptions, guardServer } from '@leakguard/core';
import { type Context, Hono } from 'hono';
import { routePath } from 'hono/route';
import { badgeRoutes } from './routes/badges.ts';
import { noteRoutes } from './routes/notes.ts';

/** The service, and the guard that watches its server. */
export interface Service {
  server: ServerType;
  guard: Guard;
}

/**
 * A small Hono service on `node:http`, guarded.
 *
 * @example
 * const { server } = createService();
 * server.listen(3000);
 */
export function createService(options: Omit<GuardServerOptions, 'scope'> = {}): Service {
  const contexts = new WeakMap<object, Context>();
  const app = new Hono<{ Bindings: HttpBindings }>();
  // In front of everything, for all that is answered below.
  app.use((c, next) => {
    contexts.set(c.env.incoming, c);
    return next();
  });

  app.get('/health', (c) => c.json({ ok: true }));
  app.route('/teams/:team', noteRoutes());
  app.route('/teams/:team', badgeRoutes());

  const server = createAdaptorServer({ fetch: app.fetch });
  const { guard } = guardServer(server, { ...options, scope: (req) => nameOf(contexts.get(req)) });
  return { server, guard };
}

/** Asked when all is done: the route that ran last is the one that answered. */
function nameOf(c: Context | undefined): string | undefined {
  if (c === undefined) return undefined;
  const pattern = routePath(c);
  // The pattern of the middleware in front: nothing else matched.
  return pattern === '/*' ? '(unmatched)' : `${c.req.method} ${pattern}`;
}
