import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createNetServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createGuard } from '../../src/guard.ts';
import { type GuardServerOptions, guardServer } from '../../src/http/guard-server.ts';
import { getGuard } from '../../src/shared-guard.ts';
import { countingGuard } from './counting-guard.ts';
import { ask, connection, head, listening } from './listening.ts';

const silent = { info: () => {}, warn: () => {}, error: () => {} };
const ok: RequestListener = (_req, res) => void res.end('ok');
const byPath = (req: IncomingMessage) => `${req.method} ${req.url}`;
const warnings: string[] = [];

beforeEach(() => {
  vi.spyOn(process, 'emitWarning').mockImplementation((warning) => void warnings.push(String(warning)));
});
afterEach(() => {
  vi.restoreAllMocks();
  warnings.length = 0;
});

async function start(listener: RequestListener = ok, options: Partial<GuardServerOptions> = {}) {
  const counting = countingGuard();
  const server = createServer(listener);
  guardServer(server, { guard: counting.guard, scope: byPath, ...options } as GuardServerOptions);
  return { ...counting, server, port: await listening(server) };
}

describe('guardServer', () => {
  it('gives the guard that it counts for', async () => {
    const { guard } = countingGuard();
    expect(guardServer(createServer(), { guard }).guard).toBe(guard);
    const shared = guardServer(createServer(), { enabled: false }).guard;
    expect(shared.report().scopes).toEqual([]);
    await shared.close();
  });

  it.each([
    ['an app', () => () => {}, 'a function (an app?'],
    ['nothing', () => undefined, 'undefined'],
    ['text', () => 'http://localhost', 'http://localhost'],
    ['a server without HTTP', () => createNetServer(), '[object Object]'],
    [
      'a framework that has a server',
      () => ({ server: createServer(), listen: () => {} }),
      '[object Object]',
    ],
  ])('refuses %s in place of a server', (_, server, shown) => {
    expect(() => guardServer(server() as never)).toThrow(
      expect.objectContaining({
        code: 'ERR_LEAKGUARD_OPTION',
        message: expect.stringContaining(
          `guardServer: server must be a server of node:http, node:https or node:http2, got ${shown}`,
        ),
      }),
    );
  });

  it.each([
    [null, 'options must be an object, got null'],
    [{ scope: 'GET /' }, 'scope must be a function of (req), got GET /'],
    [{ guard: {} }, 'guard must be a Guard'],
    [{ guard: createGuard({ enabled: false }), level: 'prove' }, 'given without options of a guard'],
    [{ level: 'loud' }, 'level must be one of'],
    [{ scopes: 1 }, 'scopes must be one of'],
  ])('throws at once for %o', (options, message) => {
    const attempt = () => guardServer(createServer(), options as never);
    expect(attempt).toThrow(expect.objectContaining({ code: 'ERR_LEAKGUARD_OPTION' }));
    expect(attempt).toThrow(message);
  });

  it('asks for the name when the response has finished, and counts under it', async () => {
    const routes = new WeakMap<object, string>();
    const listener: RequestListener = (req, res) => {
      res.end('ok');
      routes.set(req, 'GET /users/:id');
    };
    const { counted, port } = await start(listener, { scope: (req) => routes.get(req) });
    for (const id of [1, 2]) await ask(port, `/users/${id}?q=${id}`);
    await expect.poll(counted).toEqual({ 'GET /users/:id': 2 });
  });

  it.each([
    ['has no names', {}],
    ['names nothing', { scope: () => undefined }],
    ['gives what is no name', { scope: () => 5 as never }],
  ])('counts by method and never by URL where the app %s', async (_, options) => {
    const { counted, port } = await start(ok, { scope: undefined as never, ...options });
    for (const path of ['/a', '/b?c=d']) await ask(port, path);
    await ask(port, '/a', { method: 'DELETE' });
    await expect.poll(counted).toEqual({ 'GET (unnamed)': 2, 'DELETE (unnamed)': 1 });
  });

  it('makes no name of a method that is none', async () => {
    const { counted, port } = await start(
      (req, res) => {
        req.method = 'GET /secret';
        res.end();
      },
      { scope: undefined as never },
    );
    await ask(port, '/');
    await expect.poll(counted).toEqual({ 'OTHER (unnamed)': 1 });
  });

  it.each([
    ['throws', () => thrown(new Error('broken')), 'threw'],
    ['throws what has no text', () => thrown(Object.create(null)), 'threw'],
    ['rejects', async () => thrown(new Error('late')), 'rejected'],
    ['answers with a promise', async () => 'name', 'gave an object'],
  ])('counts as unnamed, with one warning, where scope %s', async (_, scope, failure) => {
    const { counted, port } = await start(ok, { scope: scope as never });
    const answers = [await ask(port, '/1'), await ask(port, '/2')];
    await expect.poll(counted).toEqual({ 'GET (unnamed)': 2 });
    await expect.poll(() => warnings.length).toBe(1);
    expect(answers).toEqual(['ok', 'ok']);
    expect(warnings[0]).toContain(
      `guardServer's option scope(req) ${failure}; these requests count by their method`,
    );
  });

  it.each(['scope', 'begin'] as const)('fails no request where the guard throws at %s', async (method) => {
    const { guard, ends, port } = await start();
    guard[method] = () => thrown(new Error(`no ${method}`));
    expect([await ask(port, '/1'), await ask(port, '/2')]).toEqual(['ok', 'ok']);
    await expect.poll(() => ends).toEqual(method === 'scope' ? [1, 1] : []);
  });

  it('counts the requests of a server that listens already, and of no other', async () => {
    const { guard, counted } = countingGuard();
    const [server, other] = [createServer(ok), createServer(ok)];
    const [port, otherPort] = [await listening(server), await listening(other)];
    guardServer(server, { guard, scope: byPath });
    await ask(otherPort, '/other');
    await ask(port, '/mine');
    await expect.poll(counted).toEqual({ 'GET /mine': 1 });
  });

  it('counts a request once per guard, however often the guard was given', async () => {
    const { server, guard, counted, ends, port } = await start();
    const other = countingGuard();
    guardServer(server, { guard });
    guardServer(server, { guard: other.guard });
    await ask(port, '/a');
    await expect.poll(other.counted).toEqual({ 'GET (unnamed)': 1 });
    expect(counted()).toEqual({ 'GET /a': 1 });
    expect([ends, other.ends]).toEqual([[1], [1]]);
  });

  it("takes handles of the process's guard for one, and goes on with those that are open", async () => {
    const server = createServer(ok);
    const port = await listening(server);
    const one = guardServer(server, { enabled: true, logger: silent, scope: () => 'one' }).guard;
    const two = guardServer(server, { scope: () => 'two' }).guard;
    const counted = () => two.report().scopes.map(({ scope, units }) => [scope, units]);
    onTestFinished(() => two.close());
    await ask(port, '/');
    await expect.poll(counted).toEqual([['one', 1]]);
    await one.close();
    await ask(port, '/');
    await expect
      .poll(() => counted().sort())
      .toEqual([
        ['one', 1],
        ['two', 1],
      ]);
  });

  it('counts once for two copies of the module', async () => {
    vi.resetModules();
    const copy = await import('../../src/http/guard-server.ts');
    expect(copy.guardServer).not.toBe(guardServer);
    const { server, guard, counted, ends, port } = await start();
    const other = countingGuard();
    copy.guardServer(server, { guard });
    copy.guardServer(server, { guard: other.guard, scope: byPath });
    await ask(port, '/a');
    await expect.poll(other.counted).toEqual({ 'GET /a': 1 });
    expect([counted(), ends]).toEqual([{ 'GET /a': 1 }, [1]]);
  });

  it.each([
    ['disabled', async () => createGuard({ enabled: false })],
    ['closed', async () => closed()],
  ])('leaves the server alone while its guard is %s', async (_, make) => {
    const guard = await make();
    const begin = vi.spyOn(guard, 'begin');
    const scope = vi.fn();
    const server = createServer(ok);
    const before = server.eventNames().map((name) => server.listenerCount(name));
    guardServer(server, { guard, scope });
    expect(server.eventNames().map((name) => server.listenerCount(name))).toEqual(before);
    expect(await ask(await listening(server), '/')).toBe('ok');
    expect(begin).not.toHaveBeenCalled();
    expect(scope).not.toHaveBeenCalled();
  });

  it('counts nothing more once its guard is closed, also not what was in flight', async () => {
    const { guard, counted, ends, port } = await start((req, res) => {
      if (req.url !== '/slow') res.end('ok');
    });
    const { socket } = await connection(port, head('GET /slow'));
    await expect.poll(() => ends).toEqual([0]);
    await guard.close();
    socket.destroy();
    await expect.poll(() => ends).toEqual([1]);
    expect(await ask(port, '/')).toBe('ok');
    expect(ends).toEqual([1]);
    expect(counted()).toEqual({ 'GET /slow': 0 });
  });

  it('counts what a library answers that has put itself before all listeners', async () => {
    const { server, counted, port } = await start();
    const listeners = server.listeners('request');
    server.removeAllListeners('request');
    server.on('request', (req, res) => {
      if (req.url === '/engine') res.end('engine');
      else for (const listener of listeners) listener.call(server, req, res);
    });
    expect([await ask(port, '/engine'), await ask(port, '/app')]).toEqual(['engine', 'ok']);
    await expect.poll(counted).toEqual({ 'GET /engine': 1, 'GET /app': 1 });
  });

  it('adds nothing to a request and its response', async () => {
    const shapes: string[] = [];
    const note: RequestListener = (req, res) => {
      const events = res.eventNames().map((name) => `${String(name)} ${res.listenerCount(name)}`);
      shapes.push([...Reflect.ownKeys(req), ...Reflect.ownKeys(res), ...events].map(String).join());
      res.end();
    };
    const plain = createServer(note);
    await ask(await listening(plain), '/');
    const { port } = await start(note);
    await ask(port, '/');
    expect(shapes[1]).toBe(shapes[0]);
  });
});

function thrown(error: unknown): never {
  throw error;
}

async function closed() {
  const guard = getGuard({ enabled: true, logger: silent });
  await guard.close();
  return guard;
}
