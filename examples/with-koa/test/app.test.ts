import { once } from 'node:events';
import { Agent } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createGuard, type Guard } from '@leakguard/core';
import { request, sendLeakingMix } from '@leakguard/test-utils';
import { expect, onTestFinished, test } from 'vitest';
import { createService } from '../src/app.ts';

const silent = { info: () => {}, warn: () => {}, error: () => {} };
/** About 10 s on a quiet machine; only ends what would never end. */
const TIMEOUT_MS = 300_000;
const LEAK = 'GET /desks/:desk/previews/:id';

async function start(guard: Guard) {
  const { app } = createService({ guard });
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    agent.destroy();
    server.close();
    await guard.close();
  });
  return { port: (server.address() as AddressInfo).port, agent };
}

test.each([
  ['GET /health', 'GET', '/health', 200],
  ['HEAD /health', 'HEAD', '/health', 200],
  ['GET /desks/:desk/tickets', 'GET', '/desks/blue/tickets?page=2', 200],
  ['POST /desks/:desk/tickets', 'POST', '/desks/blue/tickets?text=hello', 201],
  ['GET /desks/:desk/tickets/:id', 'GET', '/desks/blue/tickets/7', 404],
  [LEAK, 'GET', '/desks/blue/previews/17', 200],
  ['DELETE / (middleware)', 'DELETE', '/health', 405],
  ['(unmatched)', 'GET', '/desks/blue/nowhere', 404],
])('counts under %s what %s %s asks for', async (scope, method, path, status) => {
  const guard = createGuard({ enabled: true, logger: silent });
  const { port, agent } = await start(guard);
  expect(await request(port, path, { method, agent })).toMatchObject({ status });
  await expect
    .poll(() => guard.report().scopes.map(({ scope, units }) => ({ scope, units })))
    .toEqual([{ scope, units: 1 }]);
});

test('names the route that leaks by its pattern, and no other', { timeout: TIMEOUT_MS }, async () => {
  const guard = createGuard({ enabled: true, level: 'prove', logger: silent });
  const { port, agent } = await start(guard);
  const report = await sendLeakingMix({
    guard,
    leak: { scope: LEAK, path: (n) => `/desks/desk-${n % 7}/previews/${n}` },
    honest: [() => '/health', (n) => `/desks/desk-${n % 7}/tickets`],
    send: (path) => request(port, path, { agent }),
  });
  const named = report.scopes.filter(({ verdict }) => verdict === 'growing' || verdict === 'leaking');
  expect(named.map(({ scope }) => scope)).toEqual([LEAK]);
  expect(named[0]!.bytesPerUnit).toBeGreaterThan(4000);
});
