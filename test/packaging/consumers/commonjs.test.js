// Jest's, in CommonJS.
const core = require('@leakguard/core');
const express = require('@leakguard/express');
const koa = require('@leakguard/koa');
const { countsRequests } = require('./counts-requests.cjs');

test.each(Object.entries({ express, koa }))('counts requests of %s', (framework, { leakGuard }) =>
  countsRequests(core, [leakGuard], framework),
);

test('is off unless told otherwise', async () => {
  const guard = core.createGuard();
  guard.begin().end(guard.scope('route', 'GET /'));
  expect(guard.report().scopes).toEqual([]);
  await guard.close();
});
