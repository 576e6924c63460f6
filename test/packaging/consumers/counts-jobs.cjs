const assert = require('node:assert/strict');

/** Lets a job run through the `guardProcessor` of each copy of the package: the shared guard counts all by their name. */
async function countsJobs({ getGuard }, copies) {
  const guard = getGuard({ enabled: true, logGrowth: false });
  for (const { GuardedWorker, guardProcessor } of copies) {
    assert.equal(typeof GuardedWorker, 'function');
    const processor = guardProcessor(async (job) => job.data.to);
    assert.equal(await processor({ queueName: 'letters', name: 'send', data: { to: 'you' } }), 'you');
  }
  const { scopes } = guard.report();
  assert.deepEqual(
    scopes.map(({ scope, kind, units }) => ({ scope, kind, units })),
    [{ scope: 'letters:send', kind: 'job', units: copies.length }],
  );
  await guard.close();
}

module.exports = { countsJobs };
