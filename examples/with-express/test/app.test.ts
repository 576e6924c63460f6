import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createGuard, type Guard } from '@leakguard/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createShop } from '../src/app.ts';

let guard: Guard;
let server: Server;
let origin: string;

beforeAll(async () => {
  guard = createGuard({ enabled: true, level: 'watch' });
  server = createServer(createShop({ guard }).app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await guard.close();
});

/** Scopes of the guard with their finished units. */
function counted(): Record<string, number> {
  return Object.fromEntries(guard.report().scopes.map(({ scope, units }) => [scope, units]));
}

const post = (body: unknown, method = 'POST'): RequestInit => ({
  method,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

test.each<[scope: string, path: string, status: number, init?: RequestInit]>([
  ['GET /health', '/health', 200],
  ['GET /products', '/products?shelf=3', 200],
  ['GET /products/:id', '/products/17', 200],
  ['GET /search', '/search?q=article%2012', 200],
  ['GET /cart', '/cart', 200],
  ['GET /thumbnails/:id', '/thumbnails/17?width=200', 200],
  ['GET /price-alerts/:sku', '/price-alerts/sku-1?below=900', 202],
  ['POST /orders', '/orders', 201, post({ lines: [{ id: 1, pieces: 2 }] })],
  ['GET /orders/:number', '/orders/0', 200],
  ['GET /orgs/:org/users', '/orgs/acme/users', 200],
  ['GET /orgs/:org/users/:id', '/orgs/acme/users/42', 200],
  ['PUT /orgs/:org/users/:id', '/orgs/acme/users/42', 200, post({ name: 'Ada' }, 'PUT')],
  ['GET /exports/orders.csv', '/exports/orders.csv', 200],
])('%s answers, and the guard counts it under this name', async (scope, path, status, init) => {
  const before = counted()[scope] ?? 0;
  const response = await fetch(`${origin}${path}`, init);
  await response.arrayBuffer();
  expect(response.status).toBe(status);
  await expect.poll(() => counted()[scope]).toBe(before + 1);
});

test('a client that sends its session back keeps it, one without gets a new one', async () => {
  const first = await fetch(`${origin}/cart`);
  const session = first.headers.get('x-session')!;
  const same = await fetch(`${origin}/cart`, { headers: { 'x-session': session } });
  const other = await fetch(`${origin}/cart`);
  expect(same.headers.get('x-session')).toBe(session);
  expect(other.headers.get('x-session')).not.toBe(session);
});

test('an order can be read back', async () => {
  const lines = [{ id: 7, pieces: 1 }];
  const made = await fetch(`${origin}/orders`, post({ lines }));
  const { number } = (await made.json()) as { number: number };
  expect(await (await fetch(`${origin}/orders/${number}`)).json()).toEqual({ number, lines });
});

test('an article that does not exist is a 404 of its own route', async () => {
  expect((await fetch(`${origin}/products/0`)).status).toBe(404);
});
