// Jest's, in CommonJS.
const core = require('@leakguard/core');
const { leakGuard } = require('@leakguard/express');
const { countsRequests } = require('./counts-requests.cjs');

test('counts requests', () => countsRequests(core, [leakGuard]));

test('is off unless told otherwise', async () => {
  const guard = core.createGuard();
  guard.begin().end(guard.scope('route', 'GET /'));
  expect(guard.report().scopes).toEqual([]);
  await guard.close();
});
