import { recordingGuard, request } from '@leakguard/test-utils';
import type Koa from 'koa';
import { describe, expect, it } from 'vitest';
import { leakGuard } from '../src/index.ts';
import { serve, startGuarded } from './guarded-app.ts';
import { MAJORS, mount, ROUTERS } from './majors.ts';

const ok: Koa.Middleware = (ctx) => {
  ctx.body = 'ok';
};
const passOn: Koa.Middleware = (_ctx, next) => next();

/** `METHOD /path` in order; the scopes that they counted in. */
async function scopesOf(
  App: typeof Koa,
  build: (app: Koa) => void,
  requests: string[],
): Promise<{ scopes: string[]; statuses: number[] }> {
  const { guard, port } = await startGuarded(App, build);
  const statuses: number[] = [];
  for (const each of requests) {
    const [method = '', path = ''] = each.split(' ');
    statuses.push((await request(port, path, { method })).status);
  }
  return { scopes: await guard.finished(requests.length), statuses };
}

const PAIRS = MAJORS.flatMap(({ name, Koa }) =>
  ROUTERS.map((router) => ({ title: `${name} with ${router.name}`, Koa, ...router })),
);

describe.each(ROUTERS)('$name', ({ version, major, Router }) => {
  it('is the major version that its alias says', () => {
    expect(Number.parseInt(version, 10)).toBe(major);
    expect(new Router().get).toBeTypeOf('function');
  });
});

describe.each(PAIRS)('$title', ({ Koa, Router }) => {
  it('shows a prefix, and prefixes of routers around it', async () => {
    const users = new Router({ prefix: '/users' }).get('/:id', ok).get('/', ok);
    const orgs = new Router({ prefix: '/orgs/:org' }).use('/v:version', users.routes());
    const { scopes } = await scopesOf(Koa, (app) => app.use(orgs.routes()), [
      'GET /orgs/7/v1/users/9',
      'GET /orgs/7/v1/users',
    ]);
    expect(scopes).toEqual(['GET /orgs/:org/v:version/users/:id', 'GET /orgs/:org/v:version/users']);
  });

  it('shows a router below several prefixes by the one that was used', async () => {
    const users = new Router().get('/users/:id', ok);
    const router = new Router().use(['/v1', '/v2'], users.routes());
    const { scopes } = await scopesOf(Koa, (app) => app.use(router.routes()), [
      'GET /v2/users/1',
      'GET /v1/users/1',
    ]);
    expect(scopes).toEqual(['GET /v2/users/:id', 'GET /v1/users/:id']);
  });

  it('shows the one of several paths that was used', async () => {
    const router = new Router().get(['/one/:x', '/two/:x'], ok);
    const { scopes } = await scopesOf(Koa, (app) => app.use(router.routes()), ['GET /two/1', 'GET /one/1']);
    expect(scopes).toEqual(['GET /two/:x', 'GET /one/:x']);
  });

  it('shows a regular expression as it was written', async () => {
    const router = new Router().get(/^\/files\/(.+)$/, ok);
    const { scopes } = await scopesOf(Koa, (app) => app.use(router.routes()), ['GET /files/a/b']);
    expect(scopes).toEqual(['GET /^\\/files\\/(.+)$/']);
  });

  it('shows what koa-mount consumed before a router, at any depth', async () => {
    const inner = new Koa();
    inner.use(new Router().get('/users/:id', ok).get('/', ok).routes());
    const middle = new Koa();
    middle.use(mount('/b', inner));
    const { scopes } = await scopesOf(
      Koa,
      (app) => {
        app.use(mount('/a', middle)).use(mount('/c', inner)).use(mount('/c/d', inner));
        app.use(new Router().get('/a/b/other', ok).routes());
      },
      ['GET /a/b/users/1', 'GET /a/b', 'GET /c/users/2?x=/a/b', 'GET /c/d/users/3', 'GET /a/b/other'],
    );
    expect(scopes).toEqual([
      'GET /a/b/users/:id',
      'GET /a/b',
      'GET /c/users/:id',
      'GET /c/d/users/:id',
      'GET /a/b/other',
    ]);
  });

  it('names a middleware of a router that answers by where the router is', async () => {
    const refuse: Koa.Middleware = (ctx) => ctx.throw(401);
    const api = new Router({ prefix: '/api' }).use(refuse).get('/users/:id', ok);
    const admin = new Router().use('/admin', refuse).get('/admin/users/:id', ok);
    const root = new Router().use(refuse).get('/users/:id', ok);
    const build = (app: Koa) => app.use(api.routes()).use(admin.routes()).use(root.routes());
    const { scopes, statuses } = await scopesOf(Koa, build, [
      'GET /api/users/1',
      'GET /admin/users/1',
      'GET /users/1',
    ]);
    expect(statuses).toEqual([401, 401, 401]);
    expect(scopes).toEqual(['GET /api (middleware)', 'GET /admin (middleware)', 'GET / (middleware)']);
  });

  it('names the route once the middleware of its router passed on, also with the same path', async () => {
    const router = new Router().use('/users/:id', passOn).use(passOn).get('/users/:id', ok);
    const { scopes } = await scopesOf(Koa, (app) => app.use(router.routes()), ['GET /users/1']);
    expect(scopes).toEqual(['GET /users/:id']);
  });

  it('names the middleware, not the route, where both have one path and the middleware answers', async () => {
    const router = new Router().use('/users/me', ok).get('/users/me', () => undefined);
    const { scopes } = await scopesOf(Koa, (app) => app.use(router.routes()), ['GET /users/me']);
    expect(scopes).toEqual(['GET /users/me (middleware)']);
  });

  it('tells routes of one path and several methods apart, in the functions that served them too', async () => {
    const [read, write]: Koa.Middleware[] = [(ctx) => ok(ctx, passOn as never), ok];
    const router = new Router().post('/items', write).get('/items', passOn, read);
    const { guard, port } = await startGuarded(Koa, (app) => app.use(router.routes()));
    for (const method of ['GET', 'POST', 'HEAD']) await request(port, '/items', { method });
    expect(await guard.finished(3)).toEqual(['GET /items', 'POST /items', 'HEAD /items']);
    expect(guard.units.map(({ handlers }) => handlers)).toEqual([[passOn, read], [write], [passOn, read]]);
  });

  it('hands over the same list of functions for every request of a route', async () => {
    const { guard, port } = await startGuarded(Koa, (app) =>
      app.use(new Router().get('/users/:id', ok).routes()),
    );
    for (const id of [1, 2]) await request(port, `/users/${id}`);
    await guard.finished(2);
    expect(guard.units[1]!.handlers).toBe(guard.units[0]!.handlers);
    expect(guard.units[0]!.handlers).toEqual([ok]);
  });

  it('hands over no functions where a middleware answers: it also runs for the routes below', async () => {
    const router = new Router().use('/users', ok).get('/users/:id', ok);
    const { guard, port } = await startGuarded(Koa, (app) => app.use(router.routes()));
    await request(port, '/users/1');
    await guard.finished(1);
    expect(guard.units[0]).toMatchObject({ ended: 'GET /users (middleware)', handlers: [] });
  });

  it('names what allowedMethods() answers by the mount, and leaves true fall-throughs unmatched', async () => {
    const router = new Router().get('/users/:id', ok);
    const build = (app: Koa) => app.use(router.routes()).use(router.allowedMethods());
    const { scopes, statuses } = await scopesOf(Koa, build, [
      'OPTIONS /users/1',
      'DELETE /users/1',
      'PROPFIND /users/1',
      'GET /nowhere',
    ]);
    expect(statuses).toEqual([200, 405, 501, 404]);
    expect(scopes).toEqual([
      'OPTIONS / (middleware)',
      'DELETE / (middleware)',
      'PROPFIND / (middleware)',
      '(unmatched)',
    ]);
  });

  it('keeps the route of an error that a middleware around it turns into an answer', async () => {
    const router = new Router({ prefix: '/orgs/:org' }).get('/users/:id', async (ctx: Koa.Context) => {
      await Promise.resolve();
      ctx.throw(404, 'no such user');
    });
    const answer: Koa.Middleware = async (ctx, next) => {
      await next().catch((error: Error) => {
        ctx.body = error.message;
      });
    };
    for (const around of [answer, passOn]) {
      const build = (app: Koa) => app.use(around).use(router.routes());
      const { scopes } = await scopesOf(Koa, build, ['GET /orgs/1/users/2']);
      expect(scopes).toEqual(['GET /orgs/:org/users/:id']);
    }
  });

  it('keeps a route that set a body when middleware of any kind runs after it', async () => {
    const after = new Router().use(passOn).get('/other', ok);
    const router = new Router().get('/users/:id', (ctx: Koa.Context, next: Koa.Next) => {
      ctx.body = 'ok';
      return next();
    });
    const build = (app: Koa) => app.use(router.routes()).use(mount('/users', passOn)).use(after.routes());
    const { scopes } = await scopesOf(Koa, build, ['GET /users/1']);
    expect(scopes).toEqual(['GET /users/:id']);
  });

  it('names the last of several routes that fill in one answer', async () => {
    const wrap: Koa.Middleware = async (ctx, next) => {
      ctx.body = {};
      await next();
    };
    const router = new Router().all(/.*/, wrap).get('/users/:id', ok);
    const { scopes } = await scopesOf(Koa, (app) => app.use(router.routes()), ['GET /users/1']);
    expect(scopes).toEqual(['GET /users/:id']);
  });

  it('counts under its route what leaves Koa’s own 404 standing', async () => {
    const router = new Router().get('/users/:id', () => undefined);
    const { scopes, statuses } = await scopesOf(Koa, (app) => app.use(router.routes()), ['GET /users/1']);
    expect([...scopes, ...statuses]).toEqual(['GET /users/:id', 404]);
  });

  it('counts a guard inside of a router, a mount or a route by it, from the first request on', async () => {
    const guard = recordingGuard();
    const inner = new Koa();
    inner.use(leakGuard({ guard })).use(new Router().get('/users/:id', ok).routes());
    const app = new Koa();
    app.use(mount('/in', inner));
    app.use(new Router({ prefix: '/by' }).use(leakGuard({ guard })).get('/:id', ok).routes());
    app.use(new Router().get('/only/:id', leakGuard({ guard }), ok).get('/other', ok).routes());
    const { port } = await serve(app);
    for (const path of ['/only/1', '/in/users/1', '/by/1', '/other', '/only/2', '/in/users/2', '/by/2'])
      await request(port, path);
    const scopes = ['GET /only/:id', 'GET /in/users/:id', 'GET /by/:id'];
    expect(await guard.finished(6)).toEqual([...scopes, ...scopes]);
  });

  it.each(['/only/1', '/in/users/1', '/by/1'])(
    'names the first request of a process, %s, as later ones',
    async (path) => {
      const guard = recordingGuard();
      const inner = new Koa();
      inner.use(leakGuard({ guard })).use(new Router().get('/users/:id', ok).routes());
      const app = new Koa();
      app.use(mount('/in', inner));
      app.use(new Router({ prefix: '/by' }).use(leakGuard({ guard })).get('/:id', ok).routes());
      app.use(new Router().get('/only/:id', leakGuard({ guard }), ok).routes());
      const { port } = await serve(app);
      for (let at = 0; at < 2; at++) await request(port, path);
      const [first, second] = await guard.finished(2);
      expect(first).toBe(second);
    },
  );

  it('shows nothing of a path that the app rewrites for its router', async () => {
    const router = new Router().get('/users/:id', ok);
    const rewrite: Koa.Middleware = (ctx, next) => {
      ctx.path = ctx.path.replace('/secret-7', '');
      ctx.routerPath = ctx.path;
      return next();
    };
    const { scopes } = await scopesOf(Koa, (app) => app.use(rewrite).use(router.routes()), [
      'GET /secret-7/users/1',
      'GET /secret-7',
    ]);
    expect(scopes).toEqual(['GET /users/:id', '(unmatched)']);
  });
});

describe.each(MAJORS)('$name without a router', ({ Koa }) => {
  it('names what answers by its mount', async () => {
    const inner = new Koa().use(mount('/graphql', ok));
    const build = (app: Koa) => app.use(mount('/api', inner)).use(mount('/static/', ok));
    const { scopes } = await scopesOf(Koa, build, [
      'POST /api/graphql/x?q=1',
      'GET /api/graphql',
      'GET /static/a.css',
      'GET /api/nowhere',
      'GET /nowhere',
    ]);
    expect(scopes).toEqual([
      'POST /api/graphql (middleware)',
      'GET /api/graphql (middleware)',
      'GET /static (middleware)',
      '(unmatched)',
      '(unmatched)',
    ]);
  });

  it.each<[string, Koa.Middleware, number]>([
    ['a body', ok, 200],
    ['no content', (ctx) => Object.assign(ctx, { body: null }), 204],
    ['an explicit 404', (ctx) => Object.assign(ctx, { status: 404 }), 404],
    ['ctx.throw(404)', (ctx) => ctx.throw(404), 404],
    ['a body with 404', (ctx) => Object.assign(ctx, { status: 404, body: 'gone' }), 404],
    ['an error', () => Promise.reject(new Error('broken')), 500],
    [
      'an answer by hand',
      (ctx) => {
        ctx.respond = false;
        ctx.res.statusCode = 404;
        ctx.res.end();
      },
      404,
    ],
  ])('takes %s for an answer', async (_, middleware, status) => {
    const { scopes, statuses } = await scopesOf(Koa, (app) => app.use(middleware), ['GET /x/1']);
    expect([...scopes, ...statuses]).toEqual(['GET / (middleware)', status]);
  });

  it('names a route by its name on the context where a router tells no more (koa-router 7 and 8)', async () => {
    const matched = [{ path: '/users/:id', methods: ['HEAD', 'GET'], stack: [ok] }];
    const route: Koa.Middleware = (ctx, next) => {
      if (!ctx.path.startsWith('/users/')) return next();
      return ok(Object.assign(ctx, { matched, _matchedRoute: '/users/:id' }), next);
    };
    const { scopes } = await scopesOf(Koa, (app) => app.use(route), ['GET /users/1', 'GET /nowhere']);
    expect(scopes).toEqual(['GET /users/:id', '(unmatched)']);
  });

  it('makes no scope and no mount of what the app sets ctx.mountPath to', async () => {
    const { guard, port } = await startGuarded(Koa, (app) =>
      app.use((ctx) => {
        Object.assign(ctx, { mountPath: { toString: () => ctx.path } });
        ctx.body = 'ok';
      }),
    );
    for (let at = 0; at < 3; at++) await request(port, `/${at}`);
    await guard.finished(3);
    expect(guard.scopeNames).toEqual(['GET / (middleware)']);
  });
});
