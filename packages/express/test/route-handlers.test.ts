import { request } from '@leakguard/test-utils';
import type { RequestHandler } from 'express';
import { describe, expect, it } from 'vitest';
import { handlersOf } from '../src/route-handlers.ts';
import { startGuarded } from './guarded-app.ts';
import { MAJORS } from './majors.ts';

const auth: RequestHandler = (_req, _res, next) => next();
const ok: RequestHandler = (_req, res) => void res.end('ok');
const write: RequestHandler = (_req, res) => void res.end('written');

describe.each(MAJORS)('the functions of a route of Express $major', ({ express }) => {
  it('are handed over with every request, its own middleware included, as one and the same list', async () => {
    const { guard, port } = await startGuarded(express, (app) => void app.get('/users/:id', auth, ok));
    for (const id of [1, 2]) await request(port, `/users/${id}`);
    await guard.finished(2);
    expect(guard.units[0]!.handlers).toEqual([auth, ok]);
    expect(guard.units[1]!.handlers).toBe(guard.units[0]!.handlers);
  });

  it('are those of the method where a route serves several', async () => {
    const { guard, port } = await startGuarded(
      express,
      (app) => void app.route('/items').all(auth).get(ok).post(write),
    );
    for (const method of ['GET', 'POST', 'HEAD', 'POST']) await request(port, '/items', { method });
    await guard.finished(4);
    const handlers = guard.units.map((unit) => unit.handlers);
    expect(handlers.slice(0, 3)).toEqual([
      [auth, ok],
      [auth, write],
      [auth, ok],
    ]);
    expect(handlers[3]).toBe(handlers[1]);
  });

  it('are told of routes in mounted routers, and of app.all()', async () => {
    const { guard, port } = await startGuarded(express, (app) => {
      const router = express.Router();
      router.get('/users/:id', ok);
      app.use('/api', auth, router);
      app.all('/any', write);
    });
    for (const path of ['/api/users/1', '/any']) await request(port, path);
    await guard.finished(2);
    expect(guard.units.map(({ handlers }) => handlers)).toEqual([[ok], [write]]);
  });

  it('are none where a middleware answers: it also runs for the routes below', async () => {
    const { guard, port } = await startGuarded(express, (app) => {
      app.use('/api', ok);
      app.get('/api/users', write);
    });
    await request(port, '/api/users');
    await guard.finished(1);
    expect(guard.units[0]!.handlers).toEqual([]);
  });
});

it('takes a route whose insides are not as expected to have none that can be told', () => {
  const none = { all: undefined, byMethod: null };
  const hostile = new Proxy({}, { get: () => expect.fail });
  expect(handlersOf({})).toEqual(none);
  expect(handlersOf({ route: {} })).toEqual(none);
  expect(handlersOf({ route: { stack: hostile as never } })).toEqual(none);
});
