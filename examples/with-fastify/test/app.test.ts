import { Agent } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createGuard, type Guard } from '@leakguard/core';
import { request, sendLeakingMix } from '@leakguard/test-utils';
import { expect, onTestFinished, test } from 'vitest';
import { createService } from '../src/app.ts';

const silent = { info: () => {}, warn: () => {}, error: () => {} };
/** About 10 s on a quiet machine; only ends what would never end. */
const TIMEOUT_MS = 300_000;
const LEAK = 'GET /orgs/:org/invoices/:number';

async function start(guard: Guard) {
  const { app } = createService({ guard });
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  await app.listen({ host: '127.0.0.1', port: 0 });
  onTestFinished(async () => {
    agent.destroy();
    await app.close();
    await guard.close();
  });
  return { port: (app.server.address() as AddressInfo).port, agent };
}

test.each([
  ['GET /health', 'GET', '/health', 200],
  ['HEAD /health', 'HEAD', '/health', 200],
  ['GET /orgs/:org/users/:id', 'GET', '/orgs/acme/users/42?full=1', 200],
  ['POST /orgs/:org/users', 'POST', '/orgs/acme/users', 201],
  [LEAK, 'GET', '/orgs/acme/invoices/17', 200],
  ['(unmatched)', 'GET', '/orgs/acme/nowhere', 404],
  ['(unmatched)', 'DELETE', '/health', 404],
])('counts under %s what %s %s asks for', async (scope, method, path, status) => {
  const guard = createGuard({ enabled: true, logger: silent });
  const { port, agent } = await start(guard);
  const body =
    method === 'POST' ? { body: '{"name":"Ada"}', headers: { 'content-type': 'application/json' } } : {};
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
    leak: { scope: LEAK, path: (n) => `/orgs/org-${n % 7}/invoices/${n}` },
    honest: [() => '/health', (n) => `/orgs/org-${n % 7}/users/${n}`],
    send: (path) => request(port, path, { agent }),
  });
  const named = report.scopes.filter(({ verdict }) => verdict === 'growing' || verdict === 'leaking');
  expect(named.map(({ scope }) => scope)).toEqual([LEAK]);
  expect(named[0]!.bytesPerUnit).toBeGreaterThan(4000);
});
