const assert = require('node:assert/strict');
const core = require('@leakguard/core');
const { countsJobs } = require('./counts-jobs.cjs');
const { countsRequests } = require('./counts-requests.cjs');
const { takesSnapshots } = require('./takes-snapshots.cjs');

async function countsBoth() {
  // First: of several guards in one process the first one has the socket.
  await takesSnapshots(core, require('@leakguard/core/snapshot'), require('@leakguard/core/control'));
  for (const framework of ['express', 'koa']) {
    const { leakGuard } = require(`@leakguard/${framework}`);
    assert.match(require.resolve(`@leakguard/${framework}`), /(express|koa)[/\\]dist[/\\]cjs[/\\]index\.js$/);
    await countsRequests(core, [leakGuard], framework);
  }
  const bullmq = require('@leakguard/bullmq');
  assert.equal(require('@leakguard/bullmq/supervise').superviseWorkers, bullmq.superviseWorkers);
  await countsJobs(core, [bullmq]);
}
// A rejection that nobody handles ends this with exit code 1, as it should.
void countsBoth();
