import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Guard, getGuard, guardServer } from '@leakguard/core';
import { openConnection, type RecordingGuard, recordingGuard, request } from '@leakguard/test-utils';
import type { RequestHandler } from 'express';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { leakGuard } from '../src/index.ts';
import { MAJORS } from './majors.ts';

/** Passes on a turn later. */
const later: RequestHandler = (_req, _res, next) => void setImmediate(next);
const scope = () => 'by the server';

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return (server.address() as AddressInfo).port;
}

describe.each(MAJORS)('$name: leakGuard inside of a guarded server', ({ express }) => {
  function shop(middlewares: RequestHandler[]): RequestListener {
    const app = express();
    app.use(middlewares);
    app.get('/users/:id', (_req, res) => void res.end('Ada'));
    app.get('/hang', () => {});
    return app;
  }

  async function start(guard: RecordingGuard, middlewares: RequestHandler[]) {
    const app = shop(middlewares);
    const server = createServer((req, res) => (req.url === '/health' ? void res.end() : app(req, res)));
    guardServer(server, { guard, scope });
    return { server, port: await listen(server) };
  }

  it('counts a request once, under its route', async () => {
    const guard = recordingGuard();
    const { port } = await start(guard, [leakGuard({ guard })]);
    for (const id of [1, 2]) await request(port, `/users/${id}`);
    expect(await guard.finished(2)).toEqual(['GET /users/:id', 'GET /users/:id']);
    expect(guard.units.map(({ entered, ends }) => ({ entered, ends }))).toEqual([
      { entered: ['GET /users/:id'], ends: 1 },
      { entered: ['GET /users/:id'], ends: 1 },
    ]);
  });

  it('leaves to the server what never reaches the app', async () => {
    const guard = recordingGuard();
    const { port } = await start(guard, [leakGuard({ guard })]);
    await request(port, '/health');
    expect(await guard.finished(1)).toEqual(['by the server']);
    expect(guard.units).toHaveLength(1);
  });

  it('counts a request once that reaches it late', async () => {
    const guard = recordingGuard();
    const { port } = await start(guard, [later, leakGuard({ guard }), later]);
    await Promise.all([1, 2, 3].map((id) => request(port, `/users/${id}`)));
    await guard.finished(3);
    expect(guard.finishedByScope()).toEqual({ 'GET /users/:id': 3 });
    expect(guard.units.map(({ ends }) => ends)).toEqual([1, 1, 1]);
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
    expect(guard.inFlight()).toBe(0);
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
    const server = createServer(shop([inner]));
    const outer = guardServer(server);
    const guards: Guard[] = [inner.guard, outer.guard, getGuard()];
    onTestFinished(async () => void (await Promise.all(guards.map((guard) => guard.close()))));
    await request(await listen(server), '/users/1');
    const counted = () => guards[2]!.report().scopes.map(({ scope, units }) => ({ scope, units }));
    await expect.poll(counted).toEqual([{ scope: 'GET /users/:id', units: 1 }]);
  });

  it('counts once where server and app have a copy of the packages each', async () => {
    vi.resetModules();
    const copy = await import('../src/index.ts');
    expect(copy.leakGuard).not.toBe(leakGuard);
    const guard = recordingGuard();
    const { port } = await start(guard, [copy.leakGuard({ guard }), leakGuard({ guard })]);
    await request(port, '/users/1');
    expect(await guard.finished(1)).toEqual(['GET /users/:id']);
    expect(guard.units).toHaveLength(1);
  });
});
