import { Agent, createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createGuard } from '../../src/guard.ts';
import { guardServer } from '../../src/http/guard-server.ts';
import type { Guard } from '../../src/types.ts';
import { countingGuard } from './counting-guard.ts';
import { ask, connection, head, listening } from './listening.ts';

const silent = { info: () => {}, warn: () => {}, error: () => {} };

setFlagsFromString('--expose-gc');
const forceGc = runInNewContext('gc') as () => void;
setFlagsFromString('--no-expose-gc');

const areGone = (refs: readonly WeakRef<object>[]) => (): boolean => {
  forceGc();
  return refs.every((each) => each.deref() === undefined);
};

/** A guarded server, and all requests that came to it. */
async function start(listener: RequestListener) {
  const { guard } = countingGuard();
  const requests: WeakRef<IncomingMessage>[] = [];
  const server = createServer((req, res) => {
    requests.push(new WeakRef(req));
    listener(req, res);
  });
  guardServer(server, { guard, scope: (req) => `${req.method} ${req.url}` });
  return { requests, port: await listening(server) };
}

describe('a finished request of a guarded server is garbage while its connection is kept alive', () => {
  it('where one came after another', async () => {
    const { requests, port } = await start((_req, res) => void res.end());
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    for (let at = 0; at < 3; at++) await ask(port, '/a', { agent });
    await expect.poll(areGone(requests)).toBe(true);
    expect(requests).toHaveLength(3);
    expect(Object.keys(agent.freeSockets)).toHaveLength(1);
  });

  it('where several were in flight at once', async () => {
    const { requests, port } = await start((_req, res) => void setImmediate(() => res.end()));
    const { socket, answer } = await connection(port, head('GET /a').repeat(4));
    await expect.poll(() => answer().match(/HTTP\/1.1 200 OK/g)).toHaveLength(4);
    await expect.poll(areGone(requests)).toBe(true);
    expect(requests).toHaveLength(4);
    expect(socket.closed).toBe(false);
  });
});

/** A function of its own, whose frame would otherwise hold the last one. */
async function comeAndGo(server: Server): Promise<WeakRef<Guard>> {
  const { guard } = guardServer(server, { guard: createGuard({ enabled: true, logger: silent }) });
  await guard.close();
  return new WeakRef(guard);
}

it('a server that outlives its guards keeps none of them from its next request on', async () => {
  const server = createServer((_req, res) => void res.end());
  const port = await listening(server);
  const guards: WeakRef<Guard>[] = [];
  for (let at = 0; at < 5; at++) guards.push(await comeAndGo(server));
  await ask(port, '/a');
  await expect.poll(areGone(guards)).toBe(true);
  expect(server.listening).toBe(true);
});
