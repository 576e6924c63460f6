import { once } from 'node:events';
import {
  Agent,
  createServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { guardServer } from '../../src/http/guard-server.ts';
import { countingGuard } from './counting-guard.ts';
import { ask, connection, head, listening } from './listening.ts';

async function start(listener: RequestListener) {
  const counting = countingGuard();
  const server = createServer(listener);
  guardServer(server, { guard: counting.guard, scope: (req) => `${req.method} ${req.url}` });
  return { ...counting, server, port: await listening(server) };
}

const answerUnlessHanging: RequestListener = (req, res) => {
  if (!req.url?.startsWith('/hang')) res.end('ok');
};

describe('a request of a guarded server', () => {
  it('ends by itself on a connection that is kept alive', async () => {
    const { counted, ends, port } = await start(answerUnlessHanging);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    for (let at = 0; at < 3; at++) await ask(port, '/a', { agent });
    await expect.poll(counted).toEqual({ 'GET /a': 3 });
    expect(ends).toEqual([1, 1, 1]);
  });

  it('ends each for itself where they are pipelined', async () => {
    const { counted, ends, port } = await start((_req, res) => void setImmediate(() => res.end()));
    await connection(port, head('GET /a') + head('GET /b') + head('GET /a'));
    await expect.poll(counted).toEqual({ 'GET /a': 2, 'GET /b': 1 });
    expect(ends).toEqual([1, 1, 1]);
  });

  it.each([
    ['is never answered', answerUnlessHanging],
    ['is answered without an end', (_req: IncomingMessage, res: ServerResponse) => void res.write('first')],
  ])('ends with its connection where it %s, those that wait behind it too', async (_, listener) => {
    const { counted, ends, port } = await start(listener as RequestListener);
    const { socket } = await connection(port, head('GET /hang') + head('GET /hang/2') + head('GET /hang/3'));
    await expect.poll(() => ends).toEqual([0, 0, 0]);
    socket.destroy();
    await expect.poll(() => ends).toEqual([1, 1, 1]);
    expect(counted()).toEqual({ 'GET /hang': 1, 'GET /hang/2': 1, 'GET /hang/3': 1 });
  });

  it('ends once where its client is gone and the app answers later', async () => {
    let answer = (): void => {};
    const { ends, port } = await start((_req, res) => {
      answer = () => void res.end('too late');
    });
    const { socket } = await connection(port, head('GET /a'));
    await expect.poll(() => ends).toEqual([0]);
    socket.destroy();
    await expect.poll(() => ends).toEqual([1]);
    answer();
    await new Promise(setImmediate);
    expect(ends).toEqual([1]);
  });

  it.each([
    ['destroys the response', (_req: IncomingMessage, res: ServerResponse) => void res.destroy()],
    ['destroys the connection', (req: IncomingMessage) => void req.socket.destroy()],
    ['answers twice', (_req: IncomingMessage, res: ServerResponse) => void res.end().end()],
  ])('ends once where the app %s', async (_, listener) => {
    const { ends, port } = await start(listener as RequestListener);
    await connection(port, head('GET /a'));
    await expect.poll(() => ends).toEqual([1]);
    await new Promise(setImmediate);
    expect(ends).toEqual([1]);
  });

  it('ends where its body never comes in full', async () => {
    const { ends, port } = await start((req, res) => void req.resume().on('end', () => res.end()));
    const { socket } = await connection(port, `${head('POST /a', 'Content-Length: 10')}half`);
    await expect.poll(() => ends).toEqual([0]);
    socket.destroy();
    await expect.poll(() => ends).toEqual([1]);
  });
});

describe('what is no ordinary request', () => {
  const expectContinue = head('POST /a', 'Expect: 100-continue', 'Content-Length: 0');

  it('counts once where Node itself tells the client to continue', async () => {
    const { counted, ends, port } = await start(answerUnlessHanging);
    const { answer } = await connection(port, expectContinue);
    await expect.poll(answer).toMatch(/^HTTP\/1.1 100 Continue.*HTTP\/1.1 200 OK/s);
    await expect.poll(counted).toEqual({ 'POST /a': 1 });
    expect(ends).toEqual([1]);
  });

  it.each([
    ['answers itself', (_server: unknown, _req: unknown, res: ServerResponse) => void res.end()],
    [
      'passes on as a request',
      (server: ReturnType<typeof createServer>, req: IncomingMessage, res: ServerResponse) => {
        res.writeContinue();
        server.emit('request', req, res);
      },
    ],
  ])('counts once where a listener for checkContinue %s', async (_, listener) => {
    const { server, counted, ends, port } = await start(answerUnlessHanging);
    server.on('checkContinue', (req, res) => listener(server as never, req, res));
    await connection(port, expectContinue);
    await expect.poll(counted).toEqual({ 'POST /a': 1 });
    expect(ends).toEqual([1]);
  });

  it('counts what Node refuses by itself', async () => {
    const { counted, port } = await start(answerUnlessHanging);
    const { answer } = await connection(port, head('POST /a', 'Expect: the-impossible'));
    await expect.poll(answer).toMatch(/^HTTP\/1.1 417 /);
    await expect.poll(counted).toEqual({ 'POST /a': 1 });
  });

  it.each([
    ['an upgrade', 'upgrade', head('GET /socket', 'Connection: Upgrade', 'Upgrade: websocket')],
    ['CONNECT', 'connect', head('CONNECT a:80')],
  ])('counts no %s, and leaves it to its listener', async (_, event, text) => {
    const { server, ends, counted, port } = await start(answerUnlessHanging);
    server.on(event, (_req, socket) => socket.end('taken over'));
    const { answer } = await connection(port, text);
    await expect.poll(answer).toBe('taken over');
    await ask(port, '/a');
    await expect.poll(counted).toEqual({ 'GET /a': 1 });
    expect(ends).toEqual([1]);
  });

  it('counts an upgrade that nobody takes as the request that it then is', async () => {
    const { counted, port } = await start(answerUnlessHanging);
    await connection(port, head('GET /socket', 'Connection: Upgrade', 'Upgrade: websocket'));
    await expect.poll(counted).toEqual({ 'GET /socket': 1 });
  });

  it('counts no text that is no request', async () => {
    const { ends, port } = await start(answerUnlessHanging);
    const { socket } = await connection(port, 'what is this\r\n\r\n');
    await once(socket, 'close');
    expect(ends).toEqual([]);
  });
});
