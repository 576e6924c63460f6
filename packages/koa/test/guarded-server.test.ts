import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getGuard, guardServer } from '@leakguard/core';
import { openConnection, type RecordingGuard, recordingGuard, request } from '@leakguard/test-utils';
import type Koa from 'koa';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { leakGuard } from '../src/index.ts';
import { MAJORS, ROUTERS } from './majors.ts';

const { Router } = ROUTERS.find(({ name }) => name === '@koa/router 15')!;
const scope = () => 'by the server';
const later: Koa.Middleware = async (_ctx, next) => {
  await new Promise(setImmediate);
  await next();
};

describe.each(MAJORS)('$name: leakGuard inside of a guarded server', ({ Koa }) => {
  async function start(guard: RecordingGuard | null, middlewares: Koa.Middleware[]) {
    const app = new Koa();
    for (const each of middlewares) app.use(each);
    const router = new Router().get('/users/:id', (ctx: Koa.Context) => Object.assign(ctx, { body: 'Ada' }));
    router.get('/hang', (ctx: Koa.Context) => Object.assign(ctx, { respond: false }));
    const handle = app.use(router.routes()).callback();
    const server = createServer((req, res) => void (req.url === '/health' ? res.end() : handle(req, res)));
    const { guard: outer } = guardServer(server, guard === null ? {} : { guard, scope });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      server.close();
      server.closeAllConnections();
    });
    return { server, outer, port: (server.address() as AddressInfo).port };
  }

  it('counts a request once, under its route, and leaves to the server what never reaches the app', async () => {
    const guard = recordingGuard();
    const { port } = await start(guard, [leakGuard({ guard })]);
    for (const path of ['/users/1', '/health', '/users/2']) await request(port, path);
    expect(await guard.finished(3)).toEqual(['GET /users/:id', 'by the server', 'GET /users/:id']);
    expect(guard.units.map(({ ends }) => ends)).toEqual([1, 1, 1]);
  });

  it('counts a request once that reaches it late', async () => {
    const guard = recordingGuard();
    const { port } = await start(guard, [later, leakGuard({ guard }), later]);
    await Promise.all([1, 2, 3].map((id) => request(port, `/users/${id}`)));
    await guard.finished(3);
    expect(guard.finishedByScope()).toEqual({ 'GET /users/:id': 3 });
    expect(guard.units).toHaveLength(3);
  });

  it('ends what is in flight once when the connection breaks', async () => {
    const guard = recordingGuard();
    const { port } = await start(guard, [leakGuard({ guard })]);
    const head = 'GET /hang HTTP/1.1\r\nHost: a\r\n\r\n';
    const socket = await openConnection(port, head + head);
    await guard.begun(2);
    socket.destroy();
    expect(await guard.finished(2)).toEqual(['GET /hang', 'GET /hang']);
    expect(guard.units.map(({ ends }) => ends)).toEqual([1, 1]);
  });

  it('counts apart for guards of their own', async () => {
    const [ofServer, ofApp] = [recordingGuard(), recordingGuard()];
    const { server, port } = await start(ofServer, [leakGuard({ guard: ofApp })]);
    guardServer(server, { guard: ofApp });
    await request(port, '/users/1');
    expect([await ofServer.finished(1), await ofApp.finished(1)]).toEqual([
      ['by the server'],
      ['GET /users/:id'],
    ]);
    expect([ofServer.units, ofApp.units].map(({ length }) => length)).toEqual([1, 1]);
  });

  it("counts once for two handles of the process's guard", async () => {
    const inner = leakGuard({ enabled: true, logGrowth: false });
    const { outer, port } = await start(null, [inner]);
    const guards = [inner.guard, outer, getGuard()];
    onTestFinished(async () => void (await Promise.all(guards.map((guard) => guard.close()))));
    await request(port, '/users/1');
    const counted = () => guards[1]!.report().scopes.map(({ scope, units }) => ({ scope, units }));
    await expect.poll(counted).toEqual([{ scope: 'GET /users/:id', units: 1 }]);
  });

  it('counts once where server and app have a copy of the packages each', async () => {
    vi.resetModules();
    const copy = await import('../src/index.ts');
    const guard = recordingGuard();
    const { port } = await start(guard, [copy.leakGuard({ guard }), leakGuard({ guard })]);
    await request(port, '/users/1');
    expect(await guard.finished(1)).toEqual(['GET /users/:id']);
    expect(guard.units).toHaveLength(1);
  });
});
