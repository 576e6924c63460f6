import { createRequire } from 'node:module';
import { request } from '@leakguard/test-utils';
import type Koa from 'koa';
import { describe, expect, it } from 'vitest';
import { patternOf, type RoutedContext } from '../src/router-internals.ts';
import { serve } from './guarded-app.ts';
import { MAJORS, mount, ROUTERS } from './majors.ts';

const require = createRequire(import.meta.url);

/** What this package counts on, seen without it: this fails when the framework changes. */
describe.each(ROUTERS)('$name: internals', ({ Router }) => {
  const Koa3 = MAJORS[1]!.Koa;
  const ok: Koa.Middleware = (ctx) => Object.assign(ctx, { body: 'ok' });
  const passOn: Koa.Middleware = (_ctx, next) => next();

  /** Each time that a field of the context is set. */
  async function changes(field: string, build: (app: Koa) => void, path: string) {
    const set: { value: unknown; matched: unknown; method: string | undefined }[] = [];
    const app = new Koa3();
    app.use((ctx, next) => {
      let stored: unknown;
      Object.defineProperty(ctx, field, {
        get: () => stored,
        set: (value) => {
          stored = value;
          set.push({ value, matched: ctx.matched, method: ctx.req.method });
        },
      });
      return next();
    });
    build(app);
    const { port } = await serve(app);
    await request(port, path);
    return set;
  }

  it('sets ctx.routerPath to the path of each layer that it enters, and at no other time', async () => {
    const router = new Router()
      .use(passOn)
      .get('/users/:id', passOn)
      .post('/users/:id', ok)
      .get('/users/:id', ok);
    const set = await changes('routerPath', (app) => app.use(router.routes()), '/users/1');
    const layers = (router as unknown as { stack: { path: unknown; methods: string[]; stack: unknown[] }[] })
      .stack;
    expect(set.map(({ value }) => value)).toEqual([layers[0]!.path, '/users/:id', '/users/:id']);
    expect(layers.map(({ methods }) => methods)).toEqual([[], ['HEAD', 'GET'], ['POST'], ['HEAD', 'GET']]);
    expect(layers.map(({ stack }) => stack)).toEqual([[passOn], [passOn], [ok], [ok]]);
    for (const { matched } of set) expect(matched).toEqual(layers);
  });

  it('sets nothing where no route matches', async () => {
    const router = new Router().use(passOn).get('/users/:id', ok);
    expect(await changes('routerPath', (app) => app.use(router.routes()), '/nowhere')).toEqual([]);
  });

  it('copies the layers of a nested router with their whole path', async () => {
    const nested = new Router().use(passOn).use('/only', passOn).get('/:id', ok);
    const router = new Router({ prefix: '/orgs' }).use('/users', nested.routes());
    const layers = (router as unknown as { stack: never[] }).stack;
    expect(layers.map(patternOf)).toEqual(['/orgs/users', '/orgs/users/only', '/orgs/users/:id']);
  });

  it('appends what it is known to append to the path of a middleware below parameters', async () => {
    const router = new Router({ prefix: '/orgs/:org' }).use(passOn).get('/:id', ok);
    const layers = (router as unknown as { stack: never[] }).stack;
    expect(layers.map(patternOf)).toEqual(['/orgs/:org', '/orgs/:org/:id']);
  });

  it('has ctx.mountPath set by koa-mount on the way in, with the path as it was', async () => {
    const inner = new Koa3().use(mount('/b', new Koa3().use(new Router().get('/users/:id', ok).routes())));
    const set = await changes('mountPath', (app) => app.use(mount('/a', inner)), '/a/b/users/1');
    expect(set.map(({ value }) => value)).toEqual(['/a', '/b']);
  });
});

describe.each(MAJORS)('$name: internals', ({ Koa, major }) => {
  it('makes contexts of app.context, and marks a status that the app set', async () => {
    const seen: RoutedContext[] = [];
    const app = new Koa();
    app.use((ctx, next) => {
      seen.push(ctx as never);
      return ctx.path === '/explicit' ? Object.assign(ctx, { status: 404 }) : next();
    });
    const { port } = await serve(app);
    for (const path of ['/explicit', '/nowhere']) await request(port, path);
    expect(seen.map(({ response }) => response._explicitStatus)).toEqual([true, undefined]);
    expect(seen.map(({ response }) => response.body)).toEqual([undefined, undefined]);
    for (const ctx of seen) expect(Object.getPrototypeOf(ctx)).toBe(app.context);
  });

  it('has no field of its own where this package puts accessors', () => {
    const context = require(`koa${major}/lib/context`) as object;
    expect(['routerPath', 'mountPath', 'matched'].filter((field) => field in context)).toEqual([]);
  });
});
