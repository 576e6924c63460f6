import { once } from 'node:events';
import type { IncomingMessage, RequestListener } from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import { describe, expect, it, onTestFinished } from 'vitest';
import { guardServer } from '../../src/http/guard-server.ts';
import { takeOverUnit } from '../../src/http/server-exchange.ts';
import { countingGuard } from './counting-guard.ts';
import { listening } from './listening.ts';

/** TLS by a key that both sides have: no certificate to make or to renew. */
const psk = Buffer.alloc(32, 'leakguard');
const tls = { ciphers: 'PSK', minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' } as const;
const serverTls = { ...tls, pskCallback: () => psk };
const clientTls = {
  ...tls,
  pskCallback: () => ({ psk, identity: 'test' }),
  checkServerIdentity: () => undefined,
};

const answerUnlessHanging: RequestListener = (req, res) => {
  if (!req.url?.startsWith('/hang')) res.end('ok');
};
const scope = (req: IncomingMessage) => `${req.method} ${req.url}`;

async function askSecurely(port: number, path: string): Promise<void> {
  const [response] = await once(
    https.get({ host: '127.0.0.1', port, path, agent: false, ...clientTls }),
    'response',
  );
  response.resume();
  await once(response, 'end');
}

function open(url: string): http2.ClientHttp2Session {
  const session = http2.connect(url, url.startsWith('https') ? clientTls : {});
  session.on('error', () => {});
  onTestFinished(() => session.destroy());
  return session;
}

const send = (session: http2.ClientHttp2Session, path: string) =>
  session
    .request({ ':path': path })
    .on('error', () => {})
    .resume()
    .end();

describe('guardServer', () => {
  it('counts requests of node:https', async () => {
    const { guard, counted, ends } = countingGuard();
    const server = https.createServer(serverTls, answerUnlessHanging);
    guardServer(server, { guard, scope });
    await askSecurely(await listening(server), '/a');
    await expect.poll(counted).toEqual({ 'GET /a': 1 });
    expect(ends).toEqual([1]);
  });

  it('counts streams of HTTP/2 apart, from their arrival until each has closed', async () => {
    const { guard, counted, ends } = countingGuard();
    const server = http2.createServer(answerUnlessHanging as never);
    guardServer(server, { guard, scope });
    guardServer(server, { guard });
    const session = open(`http://127.0.0.1:${await listening(server)}`);
    const hanging = send(session, '/hang');
    send(session, '/a');
    await expect.poll(counted).toEqual({ 'GET /a': 1 });
    expect(ends.toSorted()).toEqual([0, 1]);
    hanging.close(http2.constants.NGHTTP2_CANCEL);
    await expect.poll(counted).toEqual({ 'GET /a': 1, 'GET /hang': 1 });
    expect(ends).toEqual([1, 1]);
  });

  it('hands a stream of HTTP/2 to an adapter inside, which names and ends it', async () => {
    const { guard, counted, ends } = countingGuard();
    const server = http2.createServer(((req, res) => {
      const unit = takeOverUnit(req, res, guard);
      res.once('close', () => unit?.end(guard.scope('route', 'GET /users/:id')));
      res.end();
    }) as RequestListener as never);
    guardServer(server, { guard, scope });
    send(open(`http://127.0.0.1:${await listening(server)}`), '/users/1');
    await expect.poll(counted).toEqual({ 'GET /users/:id': 1 });
    expect(ends).toEqual([1]);
  });

  it('counts a stream of HTTP/2 once whose app passes it on to the listeners again', async () => {
    const { guard, counted, ends } = countingGuard();
    const server = http2.createServer();
    guardServer(server, { guard, scope });
    server.once('request', (req, res) => void server.emit('request', req, res));
    server.on('request', (_req, res) => void res.end());
    send(open(`http://127.0.0.1:${await listening(server)}`), '/a');
    await expect.poll(counted).toEqual({ 'GET /a': 1 });
    expect(ends).toEqual([1]);
  });

  it('ends the streams of an HTTP/2 session that breaks', async () => {
    const { guard, ends } = countingGuard();
    const server = http2.createServer(answerUnlessHanging as never);
    guardServer(server, { guard, scope });
    const session = open(`http://127.0.0.1:${await listening(server)}`);
    for (const path of ['/hang/1', '/hang/2']) send(session, path);
    await expect.poll(() => ends).toEqual([0, 0]);
    session.destroy();
    await expect.poll(() => ends).toEqual([1, 1]);
  });

  it('counts both protocols of a server that takes both, each request once', async () => {
    const { guard, counted, ends } = countingGuard();
    const server = http2.createSecureServer({ ...serverTls, allowHTTP1: true }, answerUnlessHanging as never);
    guardServer(server, { guard, scope });
    const port = await listening(server);
    await askSecurely(port, '/one');
    send(open(`https://127.0.0.1:${port}`), '/two');
    await expect.poll(counted).toEqual({ 'GET /one': 1, 'GET /two': 1 });
    expect(ends).toEqual([1, 1]);
  });
});
