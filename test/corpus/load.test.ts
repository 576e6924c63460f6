import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { startLoad } from './load.mjs';

const servers: http.Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.closeAllConnections();
});

async function serve(handler: http.RequestListener): Promise<number> {
  const server = http.createServer(handler);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

const BOUNDS = { seed: 1, maxUnits: 100_000, maxSeconds: 20 };
const PLAIN = { routes: [{ route: 'GET /', method: 'GET', path: '/', weight: 1 }] };

test('32 requests are in flight and the loop is never drained', async () => {
  let inFlight = 0;
  let highest = 0;
  let afterStart = false;
  let lowest = Number.POSITIVE_INFINITY;
  const port = await serve((_req, res) => {
    inFlight += 1;
    highest = Math.max(highest, inFlight);
    setTimeout(() => {
      if (afterStart) lowest = Math.min(lowest, inFlight);
      inFlight -= 1;
      res.end('ok');
    }, 20);
  });
  const load = startLoad(PLAIN, { port, ...BOUNDS });
  await load.reached(64);
  afterStart = true;
  await load.reached(400);
  afterStart = false;
  await load.stop();
  expect(highest).toBe(32);
  expect(lowest).toBeGreaterThan(0);
  expect(load.errors()).toBe(0);
});

test('connections are kept alive, and an aborting client destroys its own after the bytes it wanted', async () => {
  let connections = 0;
  let closedEarly = 0;
  const port = await serve((req, res) => {
    if (req.url === '/stream') {
      res.write('data: hello\n\n');
      res.on('close', () => {
        if (!res.writableEnded) closedEarly += 1;
      });
    } else res.end('ok');
  });
  servers[0]?.on('connection', () => {
    connections += 1;
  });
  const kept = startLoad(PLAIN, { port, ...BOUNDS });
  await kept.reached(500);
  await kept.stop();
  expect(connections).toBe(32);

  const abort = { afterResponseBytes: 1 };
  const stream = { routes: [{ route: 'GET /stream', method: 'GET', path: '/stream', weight: 1, abort }] };
  const aborting = startLoad(stream, { port, ...BOUNDS, maxUnits: 200 });
  await aborting.reached(200);
  await aborting.stop();
  await wait(50);
  expect(aborting.errors()).toBe(0);
  expect(closedEarly).toBe(200);
});

test('a status at or above 400, a broken response and a refused connection are errors, an expected status is not', async () => {
  const port = await serve((req, res) => {
    if (req.url === '/broken') res.write('half', () => res.destroy());
    else res.writeHead(429).end();
  });
  const run = async (target: number, path: string, statuses: number[]) => {
    const routes = [{ route: `GET ${path}`, method: 'GET', path, weight: 1, statuses }];
    const load = startLoad({ routes }, { port: target, ...BOUNDS, maxUnits: 40 });
    await load.reached(40);
    await load.stop();
    return load;
  };
  expect((await run(port, '/limited', [429])).errors()).toBe(0);
  const limited = await run(port, '/limited', []);
  expect(limited.errors()).toBe(40);
  expect(limited.messages[0]).toBe('GET /limited: status 429');
  expect((await run(port, '/broken', [])).errors()).toBe(40);
  expect((await run(9, '/', [])).errors()).toBe(40);
});

test('the load is bounded in count, and whoever waits for more is told', async () => {
  const port = await serve((_req, res) => void res.end('ok'));
  const load = startLoad(PLAIN, { port, ...BOUNDS, maxUnits: 100 });
  await expect(load.reached(101)).rejects.toThrow('the load ended after 100 units');
  await expect(load.reached(101)).rejects.toThrow('the load ended after 100 units');
  await load.stop();
});

test('held streams stay open beside the mix, and come back when they go', async () => {
  let open = 0;
  let highest = 0;
  const port = await serve((req, res) => {
    if (req.url !== '/held') return void res.end('ok');
    open += 1;
    highest = Math.max(highest, open);
    res.write('x');
    res.on('close', () => {
      open -= 1;
    });
  });
  const held = [
    { route: 'GET /held', path: '/held', connections: 3 },
    { route: 'GET /held', path: '/held', connections: 2, holdMs: [10, 20] as [number, number] },
  ];
  const load = startLoad({ ...PLAIN, held }, { port, ...BOUNDS });
  while (load.held() < 11) await load.reached(load.done() + 20);
  expect(open).toBeGreaterThanOrEqual(3);
  expect(highest).toBeLessThanOrEqual(7);
  await load.stop();
  while (open > 0) await wait(5);
  expect(load.errors()).toBe(0);
});
