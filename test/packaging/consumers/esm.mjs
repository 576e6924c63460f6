import assert from 'node:assert/strict';
import { formatReport, getGuard } from '@leakguard/core';
import { leakGuard } from '@leakguard/express';
import { countsRequests } from './counts-requests.cjs';

assert.match(import.meta.resolve('@leakguard/express'), /express\/dist\/index\.js$/);
await countsRequests({ formatReport, getGuard }, [leakGuard]);
