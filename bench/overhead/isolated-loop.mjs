/**
 * Child process: the CPU of one request through a real router of Express or Koa, with and without the guard, without any
 * network. Both sides live in this process, so that they have the same heap, the same JIT and the same disturbances, and
 * their difference is the guard's. Two copies of Express, because the guard watches the copy that it is installed in; one
 * copy of Koa and its router, where it watches the app: of two copies V8 inlines differently (seen: 3.4 KB of garbage per
 * request more in `Router.match` of the second), which would be taken for the guard's.
 */
import { createRequire } from 'node:module';
import { EMPTY_APPS } from './app.mjs';
import { answerOnce, cpuMicros, evict, measureSides } from './isolated-sides.mjs';
import { FakeServer } from './request-pair.mjs';
import { leakguardMiddleware } from './variants.mjs';

const require = createRequire(import.meta.url);

/** What each side shares with no other. */
function emptyApp(framework, middleware) {
  if (framework === 'express') for (const path of Object.keys(require.cache)) delete require.cache[path];
  return EMPTY_APPS[framework](middleware, require);
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
  return measureSides(sides, { cold: coldBurst, warm: warmBurst }, settings);
}

await answerOnce(measure);
