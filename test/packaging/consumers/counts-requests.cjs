const assert = require('node:assert/strict');
const { once } = require('node:events');
const Router = require('@koa/router');
const express = require('express');
const Koa = require('koa');

/** An app of each framework, with these middlewares and a router at a mount. */
const APPS = {
  express(middlewares, mount) {
    const app = express();
    for (const middleware of middlewares) app.use(middleware);
    const router = express.Router();
    router.get('/:id', (req, res) => res.send(req.params.id));
    return app.use(mount, router);
  },
  koa(middlewares, mount) {
    const app = new Koa();
    for (const middleware of middlewares) app.use(middleware);
    const router = new Router({ prefix: mount });
    router.get('/:id', (ctx) => {
      ctx.body = ctx.params.id;
    });
    return app.use(router.routes());
  },
};

/**
 * Puts all middlewares into one app, and each into an app of its own with a mounted router; sends requests and checks
 * that the shared guard counted each of them once, under its pattern.
 */
async function countsRequests({ formatReport, getGuard }, leakGuards, framework) {
  const guard = getGuard({ enabled: true, logGrowth: false });
  const middlewares = [];
  const expected = {};
  const apps = [leakGuards, ...leakGuards.map((leakGuard) => [leakGuard])];
  for (const [index, ofApp] of apps.entries()) {
    const used = ofApp.map((leakGuard) => leakGuard());
    middlewares.push(...used);
    const mount = `/${framework}${index}`;
    await sendRequests(APPS[framework](used, mount), mount);
    expected[`GET ${mount}/:id`] = 3;
  }
  const report = guard.report();
  assert.deepEqual(Object.fromEntries(report.scopes.map(({ scope, units }) => [scope, units])), expected);
  assert.equal(typeof formatReport(report), 'string');
  await Promise.all(
    [guard, ...middlewares.map((middleware) => middleware.guard)].map((each) => each.close()),
  );
}

async function sendRequests(app, mount) {
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  for (const id of ['1', '2', '3']) {
    const answer = await fetch(`http://127.0.0.1:${port}${mount}/${id}`);
    assert.equal(await answer.text(), id);
  }
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
}

module.exports = { countsRequests };
