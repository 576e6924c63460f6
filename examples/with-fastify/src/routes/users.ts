import type { FastifyPluginCallback } from 'fastify';

const MAX_CACHED = 50;

/** A cache with a bound, which looks like a leak until it is full. */
export const userRoutes: FastifyPluginCallback = (app, _options, done) => {
  const cache = new Map<string, { id: string; name: string }>();

  app.get<{ Params: { id: string } }>('/users/:id', ({ params: { id } }) => {
    const user = cache.get(id) ?? { id, name: `user ${id}` };
    cache.set(id, user);
    if (cache.size > MAX_CACHED) cache.delete(cache.keys().next().value!);
    return user;
  });

  app.post<{ Body: { name: string } }>('/users', ({ body: { name } }, reply) => {
    reply.code(201);
    return { id: name.length.toString(), name };
  });
  done();
};
