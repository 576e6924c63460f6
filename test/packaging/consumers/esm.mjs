import assert from 'node:assert/strict';
import { formatReport, getGuard } from '@leakguard/core';
import * as express from '@leakguard/express';
import * as koa from '@leakguard/koa';
import { countsRequests } from './counts-requests.cjs';

for (const [framework, { leakGuard }] of Object.entries({ express, koa })) {
  assert.match(import.meta.resolve(`@leakguard/${framework}`), /(express|koa)\/dist\/index\.js$/);
  await countsRequests({ formatReport, getGuard }, [leakGuard], framework);
}
