import type { IncomingMessage } from 'node:http';
import { type Guard, type GuardServerOptions, guardServer } from '@leakguard/core';
import fastify, { type FastifyInstance } from 'fastify';
import { invoiceRoutes } from './routes/invoices.ts';
import { userRoutes } from './routes/users.ts';

/** The service, and the guard that watches its server. */
export interface Service {
  app: FastifyInstance;
  guard: Guard;
}

/**
 * A small Fastify service, guarded. Listen on an explicit host: on `localhost`, Fastify's default, it opens a second
 * server where that name has two addresses, and only `app.server` is guarded.
 *
 * @example
 * const { app } = createService();
 * await app.listen({ host: '127.0.0.1', port: 3000 });
 */
export function createService(options: Omit<GuardServerOptions, 'scope'> = {}): Service {
  const app = fastify();
  const guard = guardRoutes(app, options);

  app.get('/health', () => ({ ok: true }));
  app.register(userRoutes, { prefix: '/orgs/:org' });
  app.register(invoiceRoutes, { prefix: '/orgs/:org' });
  return { app, guard };
}

/** All that Fastify needs: the pattern of the route is known at `onRequest`, the name is asked for when all is done. */
function guardRoutes(app: FastifyInstance, options: Omit<GuardServerOptions, 'scope'>): Guard {
  const patterns = new WeakMap<IncomingMessage, string>();
  app.addHook('onRequest', (request, _reply, done) => {
    const { url } = request.routeOptions;
    patterns.set(request.raw, url === undefined ? '(unmatched)' : `${request.method} ${url}`);
    done();
  });
  return guardServer(app.server, { ...options, scope: (req) => patterns.get(req) }).guard;
}
