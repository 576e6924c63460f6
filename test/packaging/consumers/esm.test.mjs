// vitest's.
import * as core from '@leakguard/core';
import * as express from '@leakguard/express';
import * as koa from '@leakguard/koa';
import { expect, test } from 'vitest';
import { countsRequests } from './counts-requests.cjs';

test.each(Object.entries({ express, koa }))('counts requests of %s', (framework, { leakGuard }) =>
  countsRequests(core, [leakGuard], framework),
);

test('is off unless told otherwise', async () => {
  const guard = core.createGuard();
  guard.begin().end(guard.scope('route', 'GET /'));
  expect(guard.report().scopes).toEqual([]);
  await guard.close();
});
