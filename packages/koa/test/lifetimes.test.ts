import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, ServerResponse } from 'node:http';
import http2 from 'node:http2';
import type { AddressInfo } from 'node:net';
import { PassThrough, Readable } from 'node:stream';
import { collected, forgetfulGuard, openConnection, recordingGuard, request } from '@leakguard/test-utils';
import type Koa from 'koa';
import { describe, expect, it, onTestFinished } from 'vitest';
import { leakGuard } from '../src/index.ts';
import { serve, startGuarded } from './guarded-app.ts';
import { MAJORS, ROUTERS } from './majors.ts';

const { Router } = ROUTERS.find(({ name }) => name === '@koa/router 15')!;
const head = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;
/** Passes on a turn later, so that other requests come in between. */
const later: Koa.Middleware = async (_ctx, next) => {
  await new Promise(setImmediate);
  await next();
};

describe.each(MAJORS)('$name: when a request ends', ({ Koa }) => {
  it('keeps a body that is a stream in flight until it has been sent', async () => {
    const body = new PassThrough();
    const { guard, port } = await startGuarded(Koa, (app) =>
      app.use(new Router().get('/export/:id', (ctx: Koa.Context) => Object.assign(ctx, { body })).routes()),
    );
    const answer = request(port, '/export/1');
    body.write('one,');
    await guard.begun(1);
    expect(guard.inFlight()).toBe(1);
    body.end('two');
    expect((await answer).body).toBe('one,two');
    expect(await guard.finished(1)).toEqual(['GET /export/:id']);
  });

  it('ends a stream whose client leaves, and one that breaks', async () => {
    const hanging = new PassThrough();
    const { guard, port } = await startGuarded(Koa, (app) => {
      const router = new Router().get('/events', (ctx: Koa.Context) => {
        ctx.type = 'text/event-stream';
        ctx.body = hanging;
        hanging.write('data: first\n\n');
      });
      router.get('/breaks', (ctx: Koa.Context) => {
        ctx.body = Readable.from(breaking());
      });
      app.use(router.routes());
    });
    const socket = await openConnection(port, head('/events'));
    await once(socket, 'data');
    expect(guard.units[0]?.entered).toEqual(['GET /events']);
    socket.destroy();
    expect(await guard.finished(1)).toEqual(['GET /events']);
    // Koa 2 leaves the answer open: the client gives up.
    const other = await openConnection(port, head('/breaks'));
    await once(other, 'data');
    other.destroy();
    expect(await guard.finished(2)).toEqual(['GET /events', 'GET /breaks']);
    expect(guard.units.map(({ ends }) => ends)).toEqual([1, 1]);
  });

  it('ends what the app answers by hand, at once and later', async () => {
    const { guard, port } = await startGuarded(Koa, (app) =>
      app.use(
        new Router()
          .get('/raw/:id', (ctx: Koa.Context) => {
            ctx.respond = false;
            setImmediate(() => ctx.res.end('by hand'));
          })
          .routes(),
      ),
    );
    expect((await request(port, '/raw/1')).body).toBe('by hand');
    expect(await guard.finished(1)).toEqual(['GET /raw/:id']);
  });

  it('keeps requests apart that are inside of the app at once', async () => {
    const { guard, port } = await startGuarded(Koa, (app) =>
      app.use(later).use(
        new Router()
          .get('/a/:id', later, (ctx: Koa.Context) => Object.assign(ctx, { body: 'a' }))
          .get('/b/:id', (ctx: Koa.Context) => Object.assign(ctx, { body: 'b' }))
          .routes(),
      ),
    );
    await Promise.all(Array.from({ length: 40 }, (_, n) => request(port, `/${n % 2 ? 'a' : 'b'}/${n}`)));
    await guard.finished(40);
    expect(guard.finishedByScope()).toEqual({ 'GET /a/:id': 20, 'GET /b/:id': 20 });
    expect(guard.units.every(({ ends }) => ends === 1)).toBe(true);
  });

  it('adds no listener to requests and responses, and one to their connection', async () => {
    const counts: number[][] = [];
    const app = new Koa();
    const count = ({ req, res }: Koa.Context) =>
      res.eventNames().reduce((sum, name) => sum + res.listenerCount(name), 0) +
      req.eventNames().reduce((sum, name) => sum + req.listenerCount(name), 0);
    app.use(async (ctx, next) => {
      const before = [count(ctx), ctx.req.socket.listenerCount('close'), Reflect.ownKeys(ctx.res).length];
      const done = next();
      const after = [count(ctx), ctx.req.socket.listenerCount('close'), Reflect.ownKeys(ctx.res).length];
      counts.push(after.map((each, at) => each - before[at]!));
      await done;
    });
    for (let at = 0; at < 3; at++) app.use(leakGuard({ guard: recordingGuard() }));
    app.use(async (ctx) => {
      await new Promise(setImmediate);
      ctx.body = 'ok';
    });
    const { port } = await serve(app);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    await request(port, '/');
    counts.length = 0;
    for (let at = 0; at < 3; at++) await request(port, '/', { agent });
    expect(counts).toEqual([
      [0, 1, 0],
      [0, 0, 0],
      [0, 0, 0],
    ]);
  });

  it('begins nothing for a client that left before the guard was reached', async () => {
    const guard = recordingGuard();
    const app = new Koa();
    const reached = new Promise<void>((resolve) => {
      app.use(async (ctx, next) => {
        await once(ctx.res, 'close');
        await next();
      });
      app.use(leakGuard({ guard })).use(() => resolve());
    });
    const { port } = await serve(app);
    const socket = await openConnection(port, head('/'));
    setImmediate(() => socket.destroy());
    await reached;
    expect(guard.units).toHaveLength(0);
  });

  it('ends a request that was injected, with its response', async () => {
    const guard = recordingGuard();
    const app = new Koa().use(leakGuard({ guard }));
    app.use(
      new Router().get('/users/:id', (ctx: Koa.Context) => Object.assign(ctx, { body: 'ok' })).routes(),
    );
    const req = Object.assign(new Readable({ read: () => undefined }), {
      method: 'GET',
      url: '/users/1',
      headers: {},
      socket: {},
    }) as unknown as IncomingMessage;
    const res = new ServerResponse(req);
    await app.callback()(req, res);
    expect(guard.inFlight()).toBe(1);
    res.emit('close');
    expect(await guard.finished(1)).toEqual(['GET /users/:id']);
  });

  it('keeps streams of one HTTP/2 session apart', async () => {
    const guard = recordingGuard();
    const app = new Koa().use(leakGuard({ guard }));
    app.use(
      new Router()
        .get('/fast', (ctx: Koa.Context) => Object.assign(ctx, { body: 'x' }))
        .get('/slow', (ctx: Koa.Context) => Object.assign(ctx, { respond: false }))
        .routes(),
    );
    const server = http2.createServer((req, res) => void app.callback()(req as never, res as never));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const session = http2.connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    onTestFinished(() => {
      session.destroy();
      server.close();
    });
    const slow = session.request({ ':path': '/slow' });
    session.request({ ':path': '/fast' }).resume().end();
    expect(await guard.finished(1)).toEqual(['GET /fast']);
    slow.close();
    expect(await guard.finished(2)).toEqual(['GET /fast', 'GET /slow']);
  });
});

describe.each(MAJORS)('$name: a finished request is garbage', ({ Koa }) => {
  async function start(keep: (ctx: Koa.Context) => void = () => undefined) {
    const contexts: WeakRef<object>[] = [];
    const app = new Koa();
    app.use((ctx, next) => {
      contexts.push(new WeakRef(ctx), new WeakRef(ctx.req));
      keep(ctx);
      return next();
    });
    app.use(leakGuard({ guard: forgetfulGuard() })).use(later);
    app.use(
      new Router().get('/users/:id', (ctx: Koa.Context) => Object.assign(ctx, { body: 'ok' })).routes(),
    );
    const handle = app.callback();
    const server = createServer((req, res) => void handle(req, res));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const agent = new Agent({ keepAlive: true, maxSockets: 2 });
    onTestFinished(() => {
      agent.destroy();
      server.close();
    });
    return { contexts, port: (server.address() as AddressInfo).port, agent };
  }

  it('while its connection is kept alive and idle', async () => {
    const { contexts, port, agent } = await start();
    await Promise.all(['/users/1', '/users/2', '/nowhere'].map((path) => request(port, path, { agent })));
    expect(contexts).toHaveLength(6);
    expect(await collected(contexts)).toBe(true);
  });

  it('while pipelined ones came before the last on a connection that is kept', async () => {
    const { contexts, port } = await start();
    const socket = await openConnection(
      port,
      ['/users/1', '/users/2', '/nowhere', '/users/3'].map(head).join(''),
    );
    onTestFinished(() => void socket.destroy());
    let answers = '';
    socket.on('data', (chunk: Buffer) => {
      answers += chunk.toString();
    });
    await expect.poll(() => answers.match(/HTTP\/1\.1 /g)?.length).toBe(4);
    expect(contexts).toHaveLength(8);
    expect(await collected(contexts)).toBe(true);
    expect(socket.destroyed).toBe(false);
  });

  it('also where the app keeps a context that has let go of its request', async () => {
    const kept: Koa.Context[] = [];
    const requests: WeakRef<object>[] = [];
    const { port, agent } = await start((ctx) => {
      kept.push(ctx as Koa.Context);
      requests.push(new WeakRef(ctx.req));
      // Once all who wait for the end of the response were told of it.
      ctx.res.once('close', () =>
        Object.assign(ctx, { req: null, res: null, request: null, response: null }),
      );
    });
    for (let n = 0; n < 3; n++) await request(port, `/users/${n}`, { agent });
    await expect.poll(() => kept.every(({ req }) => req === null)).toBe(true);
    expect(await collected(requests)).toBe(true);
    expect(kept).toHaveLength(3);
  });

  it('and this test would notice one that is not', async () => {
    const kept: object[] = [];
    const { contexts, port, agent } = await start((ctx) => void kept.push(ctx));
    await request(port, '/users/1', { agent });
    expect(await collected(contexts)).toBe(false);
    expect(kept).toHaveLength(1);
  });
});

async function* breaking(): AsyncGenerator<string> {
  yield 'begin';
  throw new Error('broken');
}
