import { openConnection, recordingGuard, request } from '@leakguard/test-utils';
import type Koa from 'koa';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import * as entry from '../src/index.ts';
import { serve, startGuarded } from './guarded-app.ts';
import { MAJORS, mount, ROUTERS } from './majors.ts';

const { leakGuard } = entry;
const { Router } = ROUTERS.find(({ name }) => name === '@koa/router 15')!;
const silent = { info: () => {}, warn: () => {}, error: () => {} };
const ok: Koa.Middleware = (ctx) => {
  ctx.body = 'ok';
};
const users = () => new Router().get('/users/:id', ok).routes();
const copyOf = async () => {
  vi.resetModules();
  return (await import('../src/index.ts')).leakGuard;
};

describe('leakGuard', () => {
  it('is all that the package exports', () => {
    expect(Object.keys(entry)).toEqual(['leakGuard']);
  });

  it('uses the guard that it is given, and shows it', () => {
    const guard = recordingGuard();
    expect(leakGuard({ guard }).guard).toBe(guard);
  });

  it("uses the process's shared guard otherwise", async () => {
    const { guard } = leakGuard({ enabled: false });
    expect(guard.begin).toBeTypeOf('function');
    await guard.close();
  });

  it.each([
    [{ scope: 'GET /' }, 'scope must be a function of (ctx)'],
    [{ guard: {} }, 'guard must be a Guard'],
    [{ guard: recordingGuard(), level: 'prove' }, 'given without options of a guard'],
    [{ level: 'loud' }, 'level must be'],
    [{ guards: 1 }, 'guards must be'],
    [null, 'options must be an object'],
  ])('throws at once for %o', (options, message) => {
    expect(() => leakGuard(options as never)).toThrow(
      expect.objectContaining({ code: 'ERR_LEAKGUARD_OPTION', message: expect.stringContaining(message) }),
    );
  });
});

describe.each(MAJORS)('$name: leakGuard', ({ Koa, major }) => {
  it('gives on what the middleware after it gives', async () => {
    const middleware = leakGuard({ guard: recordingGuard() });
    const answer = Promise.resolve('later');
    expect(middleware({} as never, () => answer)).toBe(answer);
  });

  it('counts a request once for two copies of the module with one guard', async () => {
    const copy = await copyOf();
    expect(copy).not.toBe(leakGuard);
    const { guard, port } = await startGuarded(Koa, (app, own) => app.use(copy({ guard: own })).use(users()));
    await request(port, '/users/1');
    expect(await guard.finished(1)).toEqual(['GET /users/:id']);
    expect(guard.units).toHaveLength(1);
  });

  it('counts in both guards of two copies of the module, whichever watches the app', async () => {
    const copy = await copyOf();
    const other = recordingGuard();
    const inner = new Koa().use(copy({ guard: other })).use(users());
    const { guard, port } = await startGuarded(Koa, (app) => app.use(mount('/in', inner)));
    for (const id of [1, 2]) await request(port, `/in/users/${id}`);
    for (const each of [guard, other]) {
      expect(await each.finished(2)).toEqual(['GET /in/users/:id', 'GET /in/users/:id']);
      expect(each.units.map(({ entered }) => entered)).toEqual([
        ['GET /in/users/:id'],
        ['GET /in/users/:id'],
      ]);
    }
  });

  it('names mounts also where only another copy of the module watches the app', async () => {
    const copy = await copyOf();
    const other = recordingGuard();
    const inner = new Koa().use(copy({ guard: other })).use(users());
    const first = leakGuard({ guard: recordingGuard() });
    const onlyFirst: Koa.Middleware = (ctx, next) => (ctx.query.first ? first(ctx, next) : next());
    const { port } = await serve(new Koa().use(onlyFirst).use(mount('/a', mount('/b', inner))));
    for (const path of ['/a/b/users/1?first=1', '/a/b/users/2']) await request(port, path);
    expect(await other.finished(2)).toEqual(['GET /a/b/users/:id', 'GET /a/b/users/:id']);
  });

  it('counts a request once where an app answers inside of another one', async () => {
    const guard = recordingGuard();
    const inner = new Koa().use(leakGuard({ guard })).use(users());
    const answer = inner.callback();
    const outer = new Koa().use(leakGuard({ guard })).use(async (ctx) => {
      ctx.respond = false;
      await answer(ctx.req, ctx.res);
    });
    const { port } = await serve(outer);
    for (const path of ['/users/1', '/users/2']) await request(port, path);
    expect(await guard.finished(2)).toEqual(['GET /users/:id', 'GET /users/:id']);
    expect(guard.units).toHaveLength(2);
  });

  it('counts a request once however often the shared guard is asked for', async () => {
    const middlewares = [1, 2].map(() => leakGuard({ enabled: true, logger: silent }));
    onTestFinished(async () => void (await Promise.all(middlewares.map(({ guard }) => guard.close()))));
    const app = new Koa();
    for (const middleware of middlewares) app.use(middleware);
    const router = new Router().get(`/shared${major}/:id`, ok);
    const { port } = await serve(app.use(router.routes()));
    for (const id of [1, 2, 3]) await request(port, `/shared${major}/${id}`);
    const { guard } = middlewares[0]!;
    const counted = () =>
      guard.report().scopes.find(({ scope }) => scope === `GET /shared${major}/:id`)?.units;
    await expect.poll(counted).toBe(3);
  });

  it('leaves fields of the context as they are to read and to write', async () => {
    const seen: unknown[] = [];
    const note: Koa.Middleware = (ctx, next) => {
      seen.push([ctx.routerPath, ctx.mountPath, Object.keys(ctx).includes('matched'), JSON.stringify(ctx)]);
      return next();
    };
    const both = [recordingGuard(), null].map(async (guard) => {
      const app = new Koa();
      if (guard !== null) app.use(leakGuard({ guard }));
      const router = new Router().get('/users/:id', note, (ctx: Koa.Context) => {
        ctx.routerPath = '/mine';
        ctx.mountPath = 7;
        ctx.body = [ctx.routerPath, ctx.mountPath, ctx._matchedRoute];
      });
      app.use(note).use(mount('/in', new Koa().use(note).use(router.routes())));
      const { port } = await serve(app);
      const bodies = [await request(port, '/in/users/1'), await request(port, '/in/users/2')];
      return bodies.map(({ body }) => body);
    });
    const [guarded, bare] = await Promise.all(both);
    expect(guarded).toEqual(bare);
    expect(guarded).toEqual(Array(2).fill('["/mine",7,"/users/:id"]'));
    const texts = seen.map((each) => JSON.stringify(each).replace(/:\d{4,5}/g, ''));
    expect(new Set(texts).size).toBeLessThan(seen.length);
  });

  it('leaves an app alone that has fields of these names itself', async () => {
    const guard = recordingGuard();
    const app = new Koa();
    Object.defineProperty(app.context, 'routerPath', { value: '/own', writable: true });
    app.use(leakGuard({ guard })).use(users());
    const { port } = await serve(app);
    expect((await request(port, '/users/1')).status).toBe(200);
    expect(await guard.finished(1)).toEqual(['GET / (middleware)']);
    expect(Object.getOwnPropertyDescriptor(app.context, 'routerPath')?.value).toBe('/own');
  });

  it('counts an app whose context cannot be extended, without its routes', async () => {
    const guard = recordingGuard();
    const app = new Koa();
    app.use(leakGuard({ guard })).use(users());
    Object.preventExtensions(app.context);
    const { port } = await serve(app);
    expect((await request(port, '/users/1')).status).toBe(200);
    expect(await guard.finished(1)).toEqual(['GET / (middleware)']);
  });

  it('leaves upgrades alone, also those that a library sends through the app', async () => {
    const { app, guard, port, server } = await startGuarded(Koa, (each) => each.use(users()));
    const { ServerResponse } = await import('node:http');
    const handle = app.callback();
    server.on('upgrade', (req, socket) => {
      // A response that never closes goes through the app.
      void handle(req, new ServerResponse(req));
      socket.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
    });
    const upgrade = 'GET /users/1 HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
    const socket = await openConnection(port, upgrade);
    socket.resume();
    await new Promise((resolve) => socket.once('close', resolve));
    await request(port, '/users/1');
    expect(await guard.finished(1)).toEqual(['GET /users/:id']);
    expect(guard.units).toHaveLength(1);
  });

  it('names requests by what the app chooses once they close, with the parsed body', async () => {
    const guard = recordingGuard();
    const app = new Koa();
    app.use(leakGuard({ guard, scope: (ctx) => (ctx.state as { operation?: string }).operation }));
    app.use((ctx) => {
      ctx.state.operation = ctx.query.operation;
      ctx.body = 'ok';
    });
    const { port } = await serve(app);
    for (const path of ['/graphql?operation=ListUsers', '/graphql']) await request(port, path);
    expect(await guard.finished(2)).toEqual(['ListUsers', 'GET / (middleware)']);
  });
});
