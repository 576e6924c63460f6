import { Agent, ServerResponse } from 'node:http';
import { getGuard } from '@leakguard/core';
import { openConnection, recordingGuard, request } from '@leakguard/test-utils';
import type { Express as App, ErrorRequestHandler, RequestHandler } from 'express';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import * as entry from '../src/index.ts';
import { guardOf, startGuarded } from './guarded-app.ts';
import { freshExpress, listen, MAJORS } from './majors.ts';

const { leakGuard } = entry;
const silent = { info: () => {}, warn: () => {}, error: () => {} };
const ok: RequestHandler = (_req, res) => void res.end('ok');

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
    expect(typeof guard.begin).toBe('function');
    expect(typeof getGuard).toBe('function');
    await guard.close();
  });

  it.each([
    [{ scope: 'GET /' }, 'scope must be a function'],
    [{ guard: {} }, 'guard must be a Guard'],
    [{ guard: null }, 'guard must be a Guard'],
    [{ guard: recordingGuard(), level: 'prove' }, 'given without options of a guard'],
    [{ level: 'loud' }, 'level must be'],
    [{ guards: 1 }, 'guards must be'],
  ])('throws at once for %o', (options, message) => {
    const error = caught(() => leakGuard(options as never));
    expect(error).toMatchObject({ code: 'ERR_LEAKGUARD_OPTION' });
    expect(String(error)).toContain(message);
  });
});

describe.each(MAJORS)('$name: leakGuard', ({ major, express }) => {
  const start = (build: (app: App) => void) => startGuarded(express, build);

  it('counts a request once for two copies of the module with one guard', async () => {
    vi.resetModules();
    const copy = await import('../src/index.ts');
    expect(copy.leakGuard).not.toBe(leakGuard);
    const { guard, port } = await start((app) => {
      app.use(copy.leakGuard({ guard: guardOf(app) }));
      app.get('/users/:id', ok);
    });
    await request(port, '/users/1');
    expect(await guard.finished(1)).toEqual(['GET /users/:id']);
    expect(guard.units).toHaveLength(1);
  });

  it('names mounts also where another copy of the module watches the routers', async () => {
    const first = await start((app) => {
      app.get('/users/:id', ok);
    });
    await request(first.port, '/users/1');
    vi.resetModules();
    const copy = await import('../src/index.ts');
    const guard = recordingGuard();
    const app = express();
    const router = express.Router().get('/users/:id', ok);
    app.use(copy.leakGuard({ guard }), express.Router().use('/orgs/:org', router));
    const running = await listen(app);
    onTestFinished(() => running.close());
    await request(running.port, '/orgs/1/users/2');
    expect(await guard.finished(1)).toEqual(['GET /orgs/:org/users/:id']);
  });

  it('counts in both guards of two copies of the module', async () => {
    vi.resetModules();
    const copy = await import('../src/index.ts');
    const other = recordingGuard();
    const { guard, port } = await start((app) => {
      app.use(copy.leakGuard({ guard: other }));
      app.get('/users/:id', ok);
    });
    await request(port, '/users/1');
    for (const each of [guard, other]) expect(await each.finished(1)).toEqual(['GET /users/:id']);
  });

  it('counts a request once however often the shared guard is asked for', async () => {
    const app = express();
    const middleware = leakGuard({ enabled: true, logger: silent });
    app.use(middleware, leakGuard({ enabled: true, logger: silent }));
    app.get(`/shared${major}/:id`, ok);
    const running = await listen(app);
    onTestFinished(() => running.close());
    const agent = new Agent({ keepAlive: true });
    for (let at = 0; at < 3; at++) await request(running.port, `/shared${major}/${at}`, { agent });
    agent.destroy();
    const users = middleware.guard.report().scopes.find(({ scope }) => scope === `GET /shared${major}/:id`);
    expect((users?.units ?? 0) + (users?.inFlight ?? 0)).toBe(3);
    await middleware.guard.close();
  });

  it('composes with a patch of another library below and above its own', async () => {
    const own = freshExpress(major);
    const guard = recordingGuard();
    const app = own();
    const router = own.Router();
    router.use((_req, _res, next) => next());
    router.get('/users/:id', ok);
    app.use(leakGuard({ guard }), (_req, _res, next) => next());
    app.use('/orgs/:org', router);
    const entered = { below: 0, above: 0 };
    patchLayers(app, () => entered.below++);
    const running = await listen(app);
    onTestFinished(() => running.close());
    await request(running.port, '/orgs/1/users/1');
    patchLayers(app, () => entered.above++);
    await request(running.port, '/orgs/1/users/2');
    expect(await guard.finished(2)).toEqual(['GET /orgs/:org/users/:id', 'GET /orgs/:org/users/:id']);
    expect(entered.below).toBeGreaterThan(entered.above);
    expect(entered.above).toBeGreaterThan(4);
  });

  it('leaves the method that it watches as it was to look at', async () => {
    const own = freshExpress(major);
    const app = own();
    app.use(leakGuard({ guard: recordingGuard() }));
    const before = layerMethod(app);
    const running = await listen(app);
    onTestFinished(() => running.close());
    await request(running.port, '/');
    const after = layerMethod(app);
    expect(after).not.toBe(before);
    expect([after.name, after.length]).toEqual([before.name, before.length]);
    await request(running.port, '/');
    expect(layerMethod(app)).toBe(after);
  });

  it('counts a guard inside of a route by that route, from the first request on', async () => {
    const own = freshExpress(major);
    const guard = recordingGuard();
    const app = own();
    app.get('/only/:id', leakGuard({ guard }), ok);
    app.get('/other', ok);
    const running = await listen(app);
    onTestFinished(() => running.close());
    for (const path of ['/only/1', '/other', '/only/2']) await request(running.port, path);
    expect(await guard.finished(2)).toEqual(['GET /only/:id', 'GET /only/:id']);
    expect(guard.units).toHaveLength(2);
  });

  it('leaves upgrades alone, also those that a library sends through the app', async () => {
    const { app, guard, port } = await start((app) => void app.get('/socket', ok));
    const server = app.get('test server');
    server.on('upgrade', (req: never, socket: import('node:net').Socket) => {
      // What express-ws does: a response that never closes goes through the app.
      const response = new ServerResponse(req);
      (app as unknown as { handle(...args: unknown[]): void }).handle(req, response, () => {});
      socket.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
    });
    const upgrade = 'GET /socket HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
    const socket = await openConnection(port, upgrade);
    socket.resume();
    await new Promise((resolve) => socket.once('close', resolve));
    await request(port, '/socket');
    expect(await guard.finished(1)).toEqual(['GET /socket']);
    expect(guard.units).toHaveLength(1);
    expect(guard.inFlight()).toBe(0);
  });

  it('counts no request whose client left before the guard was reached', async () => {
    const guard = recordingGuard();
    const app = express();
    let reached: () => void;
    const done = new Promise<void>((resolve) => {
      reached = resolve;
    });
    app.use((_req, res, next) => void res.on('close', () => setImmediate(next)));
    app.use(leakGuard({ guard }), () => reached());
    const running = await listen(app);
    onTestFinished(() => running.close());
    const socket = await openConnection(running.port, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    setImmediate(() => socket.destroy());
    await done;
    expect(guard.units).toHaveLength(0);
  });

  it('ends requests that are answered twice through Express, with the error that Express makes of it', async () => {
    const errors: string[] = [];
    const collect: ErrorRequestHandler = (error, _req, _res, _next) => void errors.push(error.code);
    const { guard, port } = await start((app) => {
      app.get('/twice', (_req, res) => {
        res.send('one');
        res.send('two');
      });
      app.use(collect);
    });
    expect((await request(port, '/twice')).body).toBe('one');
    expect(await guard.finished(1)).toEqual(['GET /twice']);
    expect(errors).toEqual(['ERR_HTTP_HEADERS_SENT']);
  });

  // Express 4 does not look at the promise of a handler: there the rejection is the app's own.
  if (major === 5) {
    it('ends requests whose handlers reject', async () => {
      const { guard, port } = await start((app) => {
        app.get('/rejects/:id', async () => {
          throw new Error('rejected');
        });
      });
      expect((await request(port, '/rejects/1')).status).toBe(500);
      expect(await guard.finished(1)).toEqual(['GET /rejects/:id']);
    });
  }

  it('names requests by what the app chooses once they close, with the parsed body', async () => {
    const guard = recordingGuard();
    const app = express();
    const scope = (req: { body?: { operationName?: string } }) => req.body?.operationName;
    app.use(leakGuard({ guard, scope }), express.json());
    app.use('/graphql', ok);
    const running = await listen(app);
    onTestFinished(() => running.close());
    const headers = { 'content-type': 'application/json' };
    const ask = (body: string) => request(running.port, '/graphql', { method: 'POST', headers, body });
    await ask('{"operationName":"ListUsers"}');
    await ask('{}');
    await ask('{broken');
    expect(await guard.finished(3)).toEqual([
      'ListUsers',
      'POST /graphql (middleware)',
      'POST / (middleware)',
    ]);
  });
});

function caught(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}

function layerPrototype(app: App): Record<string, (...args: unknown[]) => unknown> {
  const router = ((app as never as { _router?: unknown })._router ?? app.router) as { stack: object[] };
  return Object.getPrototypeOf(router.stack[0]);
}

function layerMethod(app: App): (...args: unknown[]) => unknown {
  const prototype = layerPrototype(app);
  return (prototype.handleRequest ?? prototype.handle_request)!;
}

/** What a tracing library may do: count, and hand on a `next` of its own. */
function patchLayers(app: App, count: () => void): void {
  const prototype = layerPrototype(app);
  const name = 'handleRequest' in prototype ? 'handleRequest' : 'handle_request';
  const original = prototype[name]!;
  prototype[name] = function traced(req, res, next) {
    count();
    return original.call(this, req, res, (...args: unknown[]) =>
      (next as (...args: unknown[]) => void)(...args),
    );
  };
}
