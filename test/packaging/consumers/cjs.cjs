const assert = require('node:assert/strict');
const core = require('@leakguard/core');
const { leakGuard } = require('@leakguard/express');
const { countsRequests } = require('./counts-requests.cjs');

assert.match(require.resolve('@leakguard/express'), /express[/\\]dist[/\\]cjs[/\\]index\.js$/);
// A rejection that nobody handles ends this with exit code 1, as it should.
void countsRequests(core, [leakGuard]);
