// An Express app with 2,000 route patterns behind a guard that counts, or a disabled one, that tells its parent what is
// freed when app and guard are dropped: what they retain, without the code that both variants have compiled.
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { leakGuard } from '@leakguard/express';
import express from 'express';
import { MOUNTS, PATTERNS } from './send-all.mjs';

setFlagsFromString('--expose-gc');
const gc = /** @type {() => void} */ (runInNewContext('gc'));
const TURN_MS = 50;
/** V8 lets go of code that did not run for some collections. */
const STEADY_TURNS = 12;
const STEADY_BYTES = 20_000;
const MAX_TURNS = 100;
const silent = { info() {}, warn() {}, error() {} };

/** Emptied in place: a suspended function may keep what it once returned. @type {{ server?: import('node:http').Server, guard?: import('@leakguard/core').Guard }} */
const running = {};
let served = 0;
await start();
process.on('message', (asked) => void (asked === 'rows' ? tellRows() : tell()));
process.on('disconnect', () => process.exit());

function tellRows() {
  process.send?.(running.guard?.report().evidence.rows ?? raise());
}

async function tell() {
  const { scopes, evidence } = running.guard?.report() ?? raise();
  const facts = {
    served,
    scopes: scopes.length,
    evicted: evidence.evicted.scopes,
    rows: evidence.rows,
    units: scopes.reduce((units, scope) => units + scope.units, evidence.evicted.units),
  };
  const before = await settledBytes();
  await drop();
  process.send?.({ ...facts, retainedBytes: before - (await settledBytes()) });
}

async function start() {
  const app = express();
  const enabled = process.argv[2] === 'guarded';
  // Scopes lose their places as fast as they can: what is kept of them would add up.
  const middleware = leakGuard({ enabled, level: 'prove', reportInterval: 1000, logger: silent });
  app.use(middleware);
  for (let mount = 0; mount < MOUNTS; mount++) app.use(`/api-${mount}`, router());
  running.guard = middleware.guard;
  running.server = app.listen(0, '127.0.0.1');
  await once(running.server, 'listening');
  process.send?.({ port: /** @type {import('node:net').AddressInfo} */ (running.server.address()).port });
}

function router() {
  const made = express.Router();
  for (let n = 0; n < PATTERNS / MOUNTS; n++)
    made.get(`/kind-${n}/:id`, (req, res) => {
      served += 1;
      res.end(req.params.id);
    });
  return made;
}

async function drop() {
  await running.guard?.close();
  running.server?.closeAllConnections();
  await new Promise((closed) => running.server?.close(closed));
  running.guard = running.server = undefined;
}

/**
 * Least heap and what is external to it after collections, once they take no more: weak references and finalizers take turns to let go,
 * and V8 frees the memory of dead array buffers in a thread of its own, which may have to wait for a core. What a guard makes of each of these
 * GCs is garbage by the next one or the one after.
 */
async function settledBytes() {
  let steady = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let turn = 0; turn < MAX_TURNS && steady < STEADY_TURNS; turn++) {
    await wait(TURN_MS);
    gc();
    const { heapUsed, external } = process.memoryUsage();
    steady = heapUsed + external > least - STEADY_BYTES ? steady + 1 : 0;
    least = Math.min(least, heapUsed + external);
  }
  return least;
}

function raise() {
  throw new Error('measured twice');
}
