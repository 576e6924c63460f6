import { Agent, createServer, IncomingMessage, ServerResponse } from 'node:http';
import http2 from 'node:http2';
import { type AddressInfo, Socket } from 'node:net';
import { openConnection, recordingGuard, request } from '@leakguard/test-utils';
import type { Express as App, RequestHandler } from 'express';
import { describe, expect, it, onTestFinished } from 'vitest';
import { leakGuard } from '../src/index.ts';
import { guardOf, startGuarded } from './guarded-app.ts';
import { freshExpress, listen, MAJORS } from './majors.ts';

/** Passes on a turn later. */
const later: RequestHandler = (_req, _res, next) => void setImmediate(next);

describe.each(MAJORS)('$name: a request and its connection', ({ express }) => {
  const start = (build: (app: App) => void) => startGuarded(express, build);

  it('adds nothing to a request and its response, and one listener to their connection', async () => {
    const added: { listeners: number; properties: number; ofSocket: number }[] = [];
    const app = express();
    app.use((req, res, next) => {
      const count = () => ({
        listeners: res.eventNames().reduce((sum, name) => sum + res.listenerCount(name), 0),
        properties: Reflect.ownKeys(req).length + Reflect.ownKeys(res).length,
        ofSocket: req.socket.listenerCount('close'),
      });
      const before = count();
      next();
      const after = count();
      added.push({
        listeners: after.listeners - before.listeners,
        properties: after.properties - before.properties,
        ofSocket: after.ofSocket - before.ofSocket,
      });
    });
    for (let at = 0; at < 3; at++) app.use(leakGuard({ guard: recordingGuard() }));
    app.use((_req, res) => void setImmediate(() => res.end()));
    const running = await listen(app);
    onTestFinished(() => running.close());
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    // The very first request of a process was there before anything was watched.
    await request(running.port, '/');
    added.length = 0;
    for (let at = 0; at < 3; at++) await request(running.port, '/', { agent });
    expect(added.map(({ listeners }) => listeners)).toEqual([0, 0, 0]);
    expect(added.map(({ properties }) => properties)).toEqual([0, 0, 0]);
    expect(added.map(({ ofSocket }) => ofSocket)).toEqual([1, 0, 0]);
  });

  it('ends all pipelined requests of a connection that breaks, the one being answered and those that wait', async () => {
    const { guard, port } = await start((app) => {
      app.get('/a', () => {});
      app.get('/b', () => {});
    });
    const socket = await openConnection(port, pipelined('/a', '/b', '/a'));
    await guard.begun(3);
    expect(guard.inFlight()).toBe(3);
    socket.destroy();
    expect((await guard.finished(3)).sort()).toEqual(['GET /a', 'GET /a', 'GET /b']);
    expect(guard.inFlight()).toBe(0);
  });

  it.each([
    ['a socket of no server', () => new Socket()],
    ['a socket that is no emitter', () => ({ remoteAddress: '127.0.0.1' })],
    ['no socket', () => undefined],
  ])('counts a request that was injected with %s until its response closes', async (_, socket) => {
    const guard = recordingGuard();
    const app = express();
    app.use(leakGuard({ guard }));
    app.get('/users/:id', (_req, res) => void setImmediate(() => res.emit('close')));
    for (let at = 0; at < 2; at++) {
      const req = Object.assign(new IncomingMessage(socket() as never), {
        method: 'GET',
        url: `/users/${at}`,
      });
      const res = new ServerResponse(req);
      app(req as never, res as never);
      expect(guard.inFlight()).toBe(1);
      await guard.finished(at + 1);
      expect(guard.inFlight()).toBe(0);
    }
    expect(guard.finishedByScope()).toEqual({ 'GET /users/:id': 2 });
  });

  it('ends a request that the app made itself on a connection of its own, with its response', async () => {
    const { guard, port } = await start((app) => {
      app.get('/item', (_req, res) => void res.end());
      app.get('/batch', (req, res) => {
        const [inner, answer] = injected(req.socket, '/item');
        answer.end = () => {
          answer.emit('close');
          res.end();
          return answer;
        };
        app(inner as never, answer as never);
      });
    });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    for (let at = 0; at < 3; at++) await request(port, '/batch', { agent });
    await guard.finished(6);
    expect(guard.finishedByScope()).toEqual({ 'GET /batch': 3, 'GET /item': 3 });
    expect(guard.inFlight()).toBe(0);
  });

  it('ends a request that was answered already and goes through the app again with another response', async () => {
    const { guard, port } = await start((app) => {
      app.get('/again', (_req, res) => void setImmediate(() => res.emit('close')));
      app.get('/first', (req, res) => {
        res.end();
        res.on('close', () => {
          req.url = '/again';
          app(req, injected(req.socket, '/')[1] as never);
        });
      });
    });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    for (let at = 0; at < 2; at++) {
      await request(port, '/first', { agent });
      await guard.finished(2 * at + 2);
    }
    expect(guard.finishedByScope()).toEqual({ 'GET /first': 2, 'GET /again': 2 });
    expect(guard.inFlight()).toBe(0);
  });

  it('finds a request whose socket a middleware replaced', async () => {
    const { guard, port } = await start((app) => {
      app.use((req, _res, next) => {
        Object.defineProperty(req, 'socket', { value: { remoteAddress: '1.2.3.4' } });
        setTimeout(next, 20);
      });
      app.use(leakGuard({ guard: guardOf(app) }));
      app.get('/users/:id', (_req, res) => void res.end());
    });
    for (let round = 0; round < 2; round++)
      await Promise.all([1, 2, 3].map((id) => request(port, `/users/${id}`)));
    await guard.finished(6);
    expect(guard.finishedByScope()).toEqual({ 'GET /users/:id': 6 });
    expect(guard.units).toHaveLength(6);
  });

  it('begins nothing for pipelined requests whose connection broke before they reached the guard', async () => {
    const guard = recordingGuard();
    const app = express();
    let breakUp = (): void => {};
    const broken = new Promise<void>((resolve) => {
      breakUp = resolve;
    });
    let reached = 0;
    app.use((_req, _res, next) => void broken.then(() => setImmediate(next)));
    app.use(leakGuard({ guard }), () => void reached++);
    const server = createServer(app);
    server.on('connection', (socket) => socket.on('close', breakUp));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const socket = await openConnection((server.address() as AddressInfo).port, pipelined('/a', '/b', '/c'));
    setTimeout(() => socket.destroy(), 20);
    await expect.poll(() => reached).toBe(3);
    expect(guard.inFlight()).toBe(0);
  });

  it('ends each of a thousand pipelined requests once', async () => {
    const { guard, port } = await start((app) => {
      app.use(later);
      app.get('/a', later, (_req, res) => void res.end());
    });
    const socket = await openConnection(port, pipelined(...Array.from({ length: 1000 }, () => '/a')));
    onTestFinished(() => void socket.destroy());
    socket.resume();
    await guard.finished(1000);
    expect(guard.finishedByScope()).toEqual({ 'GET /a': 1000 });
    expect(guard.units.every(({ ends }) => ends === 1)).toBe(true);
  });
});

describe('Express 5 on HTTP/2', () => {
  it('keeps streams of one HTTP/2 session apart', async () => {
    const own = freshExpress(5)();
    const guard = recordingGuard();
    own.use(leakGuard({ guard }));
    own.get('/fast', (_req, res) => void res.end('x'));
    own.get('/slow', () => {});
    layOver(own.request, http2.Http2ServerRequest.prototype);
    layOver(own.response, http2.Http2ServerResponse.prototype);
    const server = http2.createServer(own as never);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const session = http2.connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    onTestFinished(() => {
      session.destroy();
      server.close();
    });
    const [, slow] = ['/fast', '/slow'].map((path) => session.request({ ':path': path }).resume().end());
    await guard.begun(2);
    await guard.finished(1);
    expect(guard.inFlight()).toBe(1);
    slow!.close(http2.constants.NGHTTP2_CANCEL);
    expect(await guard.finished(2)).toEqual(['GET /fast', 'GET /slow']);
  });
});

/** As bridges to HTTP/2 do it: Express's own methods on top of those of the other protocol. */
function layOver(prototype: object, base: object): void {
  const own = Object.getOwnPropertyDescriptors(Object.getPrototypeOf(prototype));
  Object.setPrototypeOf(prototype, Object.create(base, own));
}

function injected(socket: unknown, url: string): [IncomingMessage, ServerResponse] {
  const req = Object.assign(new IncomingMessage(socket as Socket), { method: 'GET', url });
  return [req, new ServerResponse(req)];
}

function pipelined(...paths: string[]): string {
  return paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`).join('');
}
