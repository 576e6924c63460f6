const assert = require('node:assert/strict');

/**
 * Two snapshots of this process and what lies between them, asked of its own guard and through its socket.
 *
 * @param {Pick<typeof import('@leakguard/core'), 'createGuard'>} core
 * @param {typeof import('@leakguard/core/snapshot')} snapshot
 * @param {typeof import('@leakguard/core/control')} control
 */
async function takesSnapshots({ createGuard }, { AllocationSnapshot, formatDifference }, { askControl }) {
  const guard = createGuard({ enabled: true, logGrowth: false });
  const before = await guard.takeSnapshot();
  const kept = Array.from({ length: 20_000 }, function makeRow(_, id) {
    return { id, tags: [`row ${id}`] };
  });
  const after = await guard.takeSnapshot();
  assert.equal(kept.length, 20_000);
  assert.match(formatDifference(after, before), /takes-snapshots\.cjs:\d+ makeRow: size=.* MiB \(\+/);
  // Of another copy of the package, as the command line's is: by its JSON, and as it is.
  const again = AllocationSnapshot.from(JSON.parse(JSON.stringify(after)));
  assert.ok(again.compareTo(before)[0].deltaBytes > 1e6);
  if (process.platform !== 'win32') {
    const asked = await askControl({ pid: process.pid, threadId: 0 }, 'kept');
    assert.equal(asked.length, 2);
  }
  await guard.close();
}

module.exports = { takesSnapshots };
