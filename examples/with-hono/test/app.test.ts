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
const LEAK = 'GET /teams/:team/badges/:label';

async function start(guard: Guard) {
  const { server } = createService({ guard });
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  server.listen(0, '127.0.0.1');
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
  ['GET /teams/:team/notes', 'GET', '/teams/blue/notes?page=2', 200],
  ['GET /teams/:team/notes/latest', 'GET', '/teams/blue/notes/latest', 200],
  ['GET /teams/:team/notes/:at', 'GET', '/teams/blue/notes/7', 200],
  ['POST /teams/:team/notes', 'POST', '/teams/blue/notes', 201],
  [LEAK, 'GET', '/teams/blue/badges/17', 200],
  ['(unmatched)', 'GET', '/teams/blue/nowhere', 404],
  ['(unmatched)', 'DELETE', '/health', 404],
])('counts under %s what %s %s asks for', async (scope, method, path, status) => {
  const guard = createGuard({ enabled: true, logger: silent });
  const { port, agent } = await start(guard);
  const body = method === 'POST' ? { body: 'buy milk' } : {};
  expect(await request(port, path, { method, agent, ...body })).toMatchObject({ status });
  await expect
    .poll(() => guard.report().scopes.map(({ scope, units }) => ({ scope, units })))
    .toEqual([{ scope, units: 1 }]);
});

test('names the route that leaks by its pattern, and no other', { timeout: TIMEOUT_MS }, async () => {
  const guard = createGuard({ enabled: true, level: 'prove', logger: silent });
  const { port, agent } = await start(guard);
  const report = await sendLeakingMix({
    guard,
    leak: { scope: LEAK, path: (n) => `/teams/team-${n % 7}/badges/${n}` },
    honest: [() => '/health', (n) => `/teams/team-${n % 7}/notes`],
    send: (path) => request(port, path, { agent }),
  });
  const named = report.scopes.filter(({ verdict }) => verdict === 'growing' || verdict === 'leaking');
  expect(named.map(({ scope }) => scope)).toEqual([LEAK]);
  expect(named[0]!.bytesPerUnit).toBeGreaterThan(4000);
});
