// One process that loads the packages both ways: they meet in one guard, and a request that passes both counts once.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import * as core from '@leakguard/core';
import { leakGuard } from '@leakguard/express';
import { countsRequests } from './counts-requests.cjs';

const require = createRequire(import.meta.url);
const commonjs = require('@leakguard/express');
assert.notEqual(commonjs.leakGuard, leakGuard, 'two copies, or this shows nothing');
assert.notEqual(require('@leakguard/core').getGuard, core.getGuard);

process.on('warning', ({ message }) => assert.fail(message));
await countsRequests(core, [leakGuard, commonjs.leakGuard]);
await countsRequests(require('@leakguard/core'), [commonjs.leakGuard, leakGuard]);
