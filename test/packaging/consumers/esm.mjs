import assert from 'node:assert/strict';
import * as bullmq from '@leakguard/bullmq';
import { superviseWorkers } from '@leakguard/bullmq/supervise';
import { createGuard, formatReport, getGuard } from '@leakguard/core';
import * as control from '@leakguard/core/control';
import * as snapshot from '@leakguard/core/snapshot';
import * as express from '@leakguard/express';
import * as koa from '@leakguard/koa';
import { countsJobs } from './counts-jobs.cjs';
import { countsRequests } from './counts-requests.cjs';
import { takesSnapshots } from './takes-snapshots.cjs';

// First: of several guards in one process the first one has the socket.
await takesSnapshots({ createGuard }, snapshot, control);
for (const [framework, { leakGuard }] of Object.entries({ express, koa })) {
  assert.match(import.meta.resolve(`@leakguard/${framework}`), /(express|koa)\/dist\/index\.js$/);
  await countsRequests({ formatReport, getGuard }, [leakGuard], framework);
}
assert.equal(superviseWorkers, bullmq.superviseWorkers);
await countsJobs({ getGuard }, [bullmq]);
