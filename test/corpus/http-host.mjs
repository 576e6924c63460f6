import http from 'node:http';

/**
 * How an app of each framework takes the guard, with a rival behind it, and how it listens.
 *
 * @type {Record<string,
 *   { mounted(guard: any, rival: import('./serve.mjs').Rival['middleware'] | undefined): unknown, listenerOf(app: any): http.RequestListener }>}
 */
const FRAMEWORKS = {
  express: {
    mounted(guard, rival) {
      const all = [guard, rival].filter((each) => each != null);
      return all.length === 0 ? null : all;
    },
    listenerOf: (app) => app,
  },
  koa: {
    mounted(guard, rival) {
      if (rival === undefined) return guard;
      const pass = guard ?? ((/** @type {any} */ _ctx, /** @type {() => unknown} */ next) => next());
      return (/** @type {any} */ ctx, /** @type {() => unknown} */ next) =>
        pass(ctx, () => {
          /** @type {unknown} */
          let passed;
          rival(ctx.req, ctx.res, () => {
            passed = next();
          });
          return passed;
        });
    },
    listenerOf: (app) => app.callback(),
  },
};

/**
 * Serves the app of an HTTP case behind `leakGuard` of a module, on a free port of 127.0.0.1.
 *
 * @type {import('./serve.mjs').StartHost}
 */
export async function startHttpHost({ spec, app: { build }, guardModule, guardOptions, rival }) {
  const middleware = guardModule === null ? null : guardModule.leakGuard(guardOptions);
  const { mounted, listenerOf } = /** @type {(typeof FRAMEWORKS)[string]} */ (FRAMEWORKS[spec.framework]);
  const first = mounted(middleware, rival?.middleware);
  const { app, close } = await build(first === null ? {} : { guard: first });
  const server = http.createServer(listenerOf(app));
  // Longer than any pause of the driver, so that no request meets a connection that the server is closing.
  server.keepAliveTimeout = 120_000;
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  return {
    port: /** @type {import('node:net').AddressInfo} */ (server.address()).port,
    guard: middleware?.guard,
    async stop() {
      server.close();
      await close?.();
      server.closeAllConnections();
    },
  };
}
