/**
 * Child process: the CPU of one request through a real router of Express or Koa, with and without the guard, without any
 * network. Both sides live in this process, so that they have the same heap, the same JIT and the same disturbances, and
 * their difference is the guard's. Two copies of Express, because the guard watches the copy that it is installed in; one
 * copy of Koa and its router, where it watches the app: of two copies V8 inlines differently (seen: 3.4 KB of garbage per
 * request more in `Router.match` of the second), which would be taken for the guard's.
 */
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { EMPTY_APPS } from './app.mjs';
import { FakeServer } from './request-pair.mjs';
import { median, shuffle } from './statistics.mjs';
import { leakguardMiddleware } from './variants.mjs';

const require = createRequire(import.meta.url);
/** Twice the L2 cache of a big core. */
const eviction = new Float64Array((4 * 2 ** 20) / 8);

/** What each side shares with no other. */
function emptyApp(framework, middleware) {
  if (framework === 'express') for (const path of Object.keys(require.cache)) delete require.cache[path];
  return EMPTY_APPS[framework](middleware, require);
}

function cpuMicros() {
  const { user, system } = process.cpuUsage();
  return user + system;
}

let sum = 0;
function evict() {
  for (let at = 0; at < eviction.length; at += 8) sum += eviction[at]++;
}

const STEPS = {
  make: (pairs, { server }, size) => {
    for (let at = 0; at < size; at += 1) pairs.push(server.pair(at));
  },
  enter: (pairs, { server, app }) => {
    for (const pair of pairs) server.call(app, pair);
  },
  finish: (pairs, { server }) => {
    for (const pair of pairs) server.finish(pair);
  },
};

/** All of the burst in flight at once, caches evicted before each step: no request finds its own data or code warm. */
function coldBurst(side, size) {
  const pairs = [];
  let micros = 0;
  for (const step of Object.values(STEPS)) {
    evict();
    const start = cpuMicros();
    step(pairs, side, size);
    micros += cpuMicros() - start;
  }
  return micros;
}

/** One request after the other. */
function warmBurst({ server, app }, size) {
  const start = cpuMicros();
  for (let at = 0; at < size; at += 1) {
    const pair = server.pair(at);
    server.call(app, pair);
    server.finish(pair);
  }
  return cpuMicros() - start;
}

/** Guarded minus bare, microseconds per unit, over a block of pairs in random order: long enough to hold its share of GCs. */
async function block(sides, burst, { burstSize, pairsPerBlock }) {
  const micros = { bare: 0, guarded: 0 };
  for (let pair = 0; pair < pairsPerBlock; pair += 1) {
    for (const side of shuffle(['bare', 'guarded'])) {
      micros[side] += burst(sides[side], burstSize);
      // What waits for a turn of the event loop holds its requests, and would make every scavenge copy them.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  return (micros.guarded - micros.bare) / (burstSize * pairsPerBlock);
}

/** Heap that one unit leaves for the GC, from bursts that held none. */
function bytesPerUnit(side, size) {
  const deltas = [];
  for (let burst = 0; burst < 50; burst += 1) {
    const before = process.memoryUsage().heapUsed;
    warmBurst(side, size);
    const bytes = process.memoryUsage().heapUsed - before;
    if (bytes > 0) deltas.push(bytes / size);
  }
  return median(deltas);
}

/** @param {{ framework: import('./app.mjs').Framework, burstSize: number, pairsPerBlock: number, blocks: number, maxMs: number }} settings */
async function measure(settings) {
  const { framework } = settings;
  const passOn = framework === 'koa' ? (_ctx, next) => next() : (_req, _res, next) => next();
  const sides = {
    bare: { app: emptyApp(framework, passOn), server: new FakeServer({ silent: true }) },
    guarded: {
      app: emptyApp(framework, await leakguardMiddleware(framework)),
      server: new FakeServer({ silent: false }),
    },
  };
  const bursts = { cold: coldBurst, warm: warmBurst };
  const differences = { cold: [], warm: [] };
  const end = performance.now() + settings.maxMs;
  for (let warmUp = 0; warmUp < 3; warmUp += 1)
    for (const name of shuffle(['cold', 'warm'])) await block(sides, bursts[name], settings);
  while (differences.cold.length < settings.blocks && performance.now() < end) {
    for (const name of shuffle(['cold', 'warm']))
      differences[name].push(await block(sides, bursts[name], settings));
  }
  const bytes =
    bytesPerUnit(sides.guarded, settings.burstSize) - bytesPerUnit(sides.bare, settings.burstSize);
  return { ...differences, bytes, sum };
}

// The parent is gone, however it went.
process.once('disconnect', () => process.exit());
const [settings] = await once(process, 'message');
process.send(await measure(settings), () => process.disconnect());
