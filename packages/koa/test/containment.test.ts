import { createGuard, type Guard } from '@leakguard/core';
import {
  collected,
  recordingGuard,
  request,
  throwingScope,
  turningGuard,
  watchForRejections,
} from '@leakguard/test-utils';
import type Koa from 'koa';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type LeakGuardOptions, leakGuard } from '../src/index.ts';
import { serve } from './guarded-app.ts';
import { MAJORS, mount, ROUTERS } from './majors.ts';

const { Router } = ROUTERS.find(({ name }) => name === '@koa/router 15')!;
const silent = { info: () => {}, warn: () => {}, error: () => {} };
const warnings = watchForRejections();

describe.each(MAJORS)('$name: leakGuard', ({ Koa }) => {
  async function start(options: LeakGuardOptions, more: Koa.Middleware[] = []) {
    const middleware = leakGuard(options);
    const app = new Koa().use(middleware);
    for (const each of more) app.use(each);
    const users = new Router().get('/users/:id', (ctx: Koa.Context) => Object.assign(ctx, { body: 'ok' }));
    const { port } = await serve(app.use(users.routes()));
    return { app, middleware, port };
  }

  it.each([
    ['rejects', async () => Promise.reject(new Error('late')), 'rejected'],
    ['throws what has no text', () => thrown(Object.create(null)), 'threw'],
    ['answers with a promise', async () => 'name', 'gave an object'],
  ])('counts by the route, with one warning, where scope %s', async (_, scope, failure) => {
    const guard = recordingGuard();
    const { port } = await start({ guard, scope: scope as never });
    for (const id of [1, 2]) await request(port, `/users/${id}`);
    expect(await guard.finished(2)).toEqual(['GET /users/:id', 'GET /users/:id']);
    await new Promise(setImmediate);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(`option scope(ctx) ${failure};`);
  });

  it.each([
    ['some scopes', (name: string) => name !== '(unmatched)', '(unmatched)'],
    ['every scope', () => true, 'unknown scope -1'],
  ])('ends every unit where a guard throws for %s', async (_, fails, ended) => {
    const guard = throwingScope(recordingGuard(), fails);
    const { port } = await start({ guard });
    expect((await request(port, '/users/1')).body).toBe('ok');
    expect(await guard.finished(1)).toEqual([ended]);
    expect(guard.inFlight()).toBe(0);
  });

  it('tells a second guard the route where the first one throws', async () => {
    const broken = throwingScope(recordingGuard(), () => true);
    const other = recordingGuard();
    const { port } = await start({ guard: other }, [leakGuard({ guard: broken })]);
    await request(port, '/users/1');
    expect(await other.finished(1)).toEqual(['GET /users/:id']);
    expect(other.units[0]!.entered).toEqual(['GET /users/:id']);
    expect([broken.inFlight(), other.inFlight()]).toEqual([0, 0]);
  });

  it.each([
    ['ctx.matched', { matched: 7 }],
    [
      'the path of ctx',
      {
        get path() {
          return thrown(new Error('strange'));
        },
      },
    ],
    [
      'the body of ctx.response',
      {
        response: {
          get body() {
            return thrown(new Error('strange'));
          },
        },
      },
    ],
  ])('answers, and ends the unit, where the app replaced %s', async (_, fields) => {
    const guard = recordingGuard();
    const strange: Koa.Middleware = (ctx) => {
      ctx.respond = false;
      Object.defineProperties(ctx, Object.getOwnPropertyDescriptors(fields));
      Object.assign(ctx, { mountPath: '/a', routerPath: '/users/:id' });
      ctx.res.statusCode = 404;
      ctx.res.end('by hand');
      Object.assign(ctx, { respond: true });
    };
    const { port } = await start({ guard }, [strange]);
    expect((await request(port, '/users/1')).body).toBe('by hand');
    await guard.finished(1);
    expect(guard.inFlight()).toBe(0);
  });

  it.each([
    ['disabled', (): LeakGuardOptions => ({ enabled: false })],
    ['given and disabled', (): LeakGuardOptions => ({ guard: createGuard({ enabled: false }) })],
  ])('leaves Koa and its requests alone while the guard is %s', async (_, options) => {
    const { app, middleware, port } = await start(options());
    onTestFinished(() => middleware.guard.close());
    const before = Reflect.ownKeys(app.context);
    const begin = vi.spyOn(middleware.guard, 'begin');
    expect((await request(port, '/users/1')).body).toBe('ok');
    expect(Reflect.ownKeys(app.context)).toEqual(before);
    expect(begin).not.toHaveBeenCalled();
  });

  it('does nothing per request any more after its guard was closed, and keeps none', async () => {
    const guard = createGuard({ enabled: true, logger: silent });
    const contexts: WeakRef<object>[] = [];
    const { port } = await start({ guard }, [
      mount('/users', (ctx, next) => {
        contexts.push(new WeakRef(ctx));
        return next();
      }),
    ]);
    await request(port, '/users/1');
    await expect.poll(() => guard.report().scopes.map(({ units }) => units)).toEqual([1]);
    await guard.close();
    const asked = vi.spyOn(guard, 'scope');
    const begin = vi.spyOn(guard, 'begin');
    expect((await request(port, '/users/2')).body).toBe('ok');
    expect([asked.mock.calls, begin.mock.calls]).toEqual([[], []]);
    expect(contexts).toHaveLength(2);
    expect(await collected(contexts)).toBe(true);
  });

  it('asks for a scope once, and again when scopes lost their place', async () => {
    const guard: Guard & ReturnType<typeof turningGuard> = turningGuard();
    const { port } = await start({ guard });
    const both = async (): Promise<void> => {
      for (const path of ['/users/1', '/users/2', '/nowhere', '/nowhere']) await request(port, path);
    };
    await both();
    await guard.finished(4);
    expect(guard.asked).toEqual(['GET /users/:id', '(unmatched)']);
    guard.turn();
    await both();
    await guard.finished(8);
    expect(guard.asked).toEqual(['GET /users/:id', '(unmatched)', 'GET /users/:id', '(unmatched)']);
  });
});

function thrown(error: unknown): never {
  throw error;
}
