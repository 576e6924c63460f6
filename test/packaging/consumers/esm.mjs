import assert from 'node:assert/strict';
import * as bullmq from '@leakguard/bullmq';
import { superviseWorkers } from '@leakguard/bullmq/supervise';
import { formatReport, getGuard } from '@leakguard/core';
import * as express from '@leakguard/express';
import * as koa from '@leakguard/koa';
import { countsJobs } from './counts-jobs.cjs';
import { countsRequests } from './counts-requests.cjs';

for (const [framework, { leakGuard }] of Object.entries({ express, koa })) {
  assert.match(import.meta.resolve(`@leakguard/${framework}`), /(express|koa)\/dist\/index\.js$/);
  await countsRequests({ formatReport, getGuard }, [leakGuard], framework);
}
assert.equal(superviseWorkers, bullmq.superviseWorkers);
await countsJobs({ getGuard }, [bullmq]);
