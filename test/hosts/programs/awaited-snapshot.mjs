/** A process that ends once the snapshot is there that it waits for. */
import { createGuard } from '@leakguard/core';

const silent = { info() {}, warn() {}, error() {} };
const guard = createGuard({ logger: silent, logGrowth: false, control: false });
await guard.takeSnapshot();
const rows = Array.from({ length: 40_000 }, function makeRow(_, id) {
  return { id, name: `row ${id}` };
});
guard.takeSnapshot().then(({ data, costMs, pauseMs }) => {
  const { stacks, sampledMs } = data;
  process.stdout.write(
    JSON.stringify({ rows: rows.length, stacks: stacks.length, sampledMs, costMs, pauseMs }),
  );
});
