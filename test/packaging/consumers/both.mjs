// One process that loads the packages both ways: they meet in one guard, and a request that passes both counts once.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import * as bullmq from '@leakguard/bullmq';
import * as core from '@leakguard/core';
import * as control from '@leakguard/core/control';
import * as express from '@leakguard/express';
import * as koa from '@leakguard/koa';
import { countsJobs } from './counts-jobs.cjs';
import { countsRequests } from './counts-requests.cjs';
import { takesSnapshots } from './takes-snapshots.cjs';

const require = createRequire(import.meta.url);
assert.notEqual(require('@leakguard/core').getGuard, core.getGuard);

process.on('warning', ({ message }) => assert.fail(message));
await takesSnapshots(core, require('@leakguard/core/snapshot'), control);
for (const [framework, { leakGuard }] of Object.entries({ express, koa })) {
  const commonjs = require(`@leakguard/${framework}`);
  assert.notEqual(commonjs.leakGuard, leakGuard, 'two copies, or this shows nothing');
  await countsRequests(core, [leakGuard, commonjs.leakGuard], framework);
  await countsRequests(require('@leakguard/core'), [commonjs.leakGuard, leakGuard], framework);
}
const commonjs = require('@leakguard/bullmq');
assert.notEqual(commonjs.GuardedWorker, bullmq.GuardedWorker);
await countsJobs(core, [bullmq, commonjs]);
