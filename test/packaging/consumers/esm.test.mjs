// vitest's.
import * as core from '@leakguard/core';
import { leakGuard } from '@leakguard/express';
import { expect, test } from 'vitest';
import { countsRequests } from './counts-requests.cjs';

test('counts requests', () => countsRequests(core, [leakGuard]));

test('is off unless told otherwise', async () => {
  const guard = core.createGuard();
  guard.begin().end(guard.scope('route', 'GET /'));
  expect(guard.report().scopes).toEqual([]);
  await guard.close();
});
