/** A process that ends once the snapshot is there that it waits for. */
import { createGuard } from '@leakguard/core';

const silent = { info() {}, warn() {}, error() {} };
const guard = createGuard({ logger: silent, logGrowth: false, control: false });
await guard.takeSnapshot();
void guard.takeSnapshot().then(({ unavailable, data, costMs, pauseMs }) => {
  const { sampledMs } = data;
  process.stdout.write(JSON.stringify({ hasStacks: unavailable === null, sampledMs, costMs, pauseMs }));
});
