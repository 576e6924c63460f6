// An Express app with 2,000 route patterns, bare or guarded, that tells its parent how much it retains.
import { once } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { leakGuard } from '@leakguard/express';
import express from 'express';

import { MOUNTS, PATTERNS } from './send-all.mjs';

setFlagsFromString('--expose-gc');
const gc = /** @type {() => void} */ (runInNewContext('gc'));

const app = express();
const silent = { info() {}, warn() {}, error() {} };
// Scopes lose their places as fast as they can: what is kept of them would add up.
const guarded =
  process.argv[2] === 'guarded'
    ? leakGuard({ enabled: true, level: 'prove', reportInterval: 1000, logger: silent })
    : null;
if (guarded !== null) app.use(guarded);
for (let mount = 0; mount < MOUNTS; mount++) {
  const router = express.Router();
  for (let n = 0; n < PATTERNS / MOUNTS; n++)
    router.get(`/kind-${n}/:id`, (req, res) => void res.end(req.params.id));
  app.use(`/api-${mount}`, router);
}
const server = app.listen(0, '127.0.0.1');
await once(server, 'listening');

process.on('message', async () => {
  await settle();
  const { heapUsed, external } = process.memoryUsage();
  const { evidence, scopes } = guarded?.guard.report() ?? {};
  process.send?.({
    retainedBytes: heapUsed + external,
    scopes: scopes?.length,
    evicted: evidence?.evicted.scopes,
    rows: evidence?.rows,
    units: scopes?.reduce((units, scope) => units + scope.units, evidence?.evicted.units ?? 0),
  });
});
process.on('disconnect', () => process.exit());
process.send?.({ port: /** @type {import('node:net').AddressInfo} */ (server.address()).port });

/** Finalizers and weak references take several turns to let go. */
async function settle() {
  for (let turn = 0; turn < 10; turn++) {
    gc();
    await new Promise(setImmediate);
  }
}
