/**
 * What is compared, by framework. Each entry makes its middleware, null for none; it runs in a server process of its own.
 * `every: n`: has a server in every n-th start only, where the effect is so large that fewer starts show it.
 *
 * @typedef {{ title: string, every: number, middleware: () => Promise<unknown> }} Variant
 * @type {Record<import('./app.mjs').Framework, Record<string, Variant>>}
 */
export const VARIANTS = {
  express: {
    ...variantsOf('express'),
    naive: { title: 'two process.memoryUsage()', every: 3, middleware: async () => naiveMiddleware() },
    prom: { title: 'prom-client histogram timing', every: 3, middleware: promMiddleware },
  },
  koa: {
    ...variantsOf('koa'),
    naive: { title: 'two process.memoryUsage()', every: 3, middleware: async () => naiveKoaMiddleware() },
  },
};

/** @param {import('./app.mjs').Framework} framework @returns {Record<string, Variant>} */
function variantsOf(framework) {
  return {
    bare: { title: 'bare', every: 1, middleware: async () => null },
    again: { title: 'bare again (the resolution)', every: 1, middleware: async () => null },
    leakguard: {
      title: 'leakGuard at `watch`',
      every: 1,
      middleware: () => leakguardMiddleware(framework),
    },
  };
}

/** @param {import('./app.mjs').Framework} framework @param {object} [options] of leakGuard, besides the level */
export async function leakguardMiddleware(framework, options = {}) {
  const { leakGuard } = await import(`@leakguard/${framework}`);
  return leakGuard({ level: 'watch', ...options });
}

/** The naive way: heap after minus before, averaged per route. */
function naiveMiddleware() {
  const charge = naiveAverages();
  return (req, res, next) => {
    const before = process.memoryUsage().heapUsed;
    res.on('finish', () => charge(`${req.method} ${req.baseUrl}${req.route?.path ?? ''}`, before));
    next();
  };
}

/** The same for Koa, at the end of the response too: after `next()` the body has not been sent. */
function naiveKoaMiddleware() {
  const charge = naiveAverages();
  return (ctx, next) => {
    const before = process.memoryUsage().heapUsed;
    ctx.res.on('finish', () => charge(`${ctx.method} ${ctx._matchedRoute}`, before));
    return next();
  };
}

function naiveAverages() {
  /** @type {Map<string, { count: number, bytes: number }>} */
  const routes = new Map();
  return (/** @type {string} */ route, /** @type {number} */ before) => {
    const average = routes.get(route) ?? { count: 0, bytes: 0 };
    average.count += 1;
    average.bytes += (process.memoryUsage().heapUsed - before - average.bytes) / average.count;
    routes.set(route, average);
  };
}

/** What most services already pay for their timings. */
async function promMiddleware() {
  const { default: prom } = await import('prom-client');
  const histogram = new prom.Histogram({
    name: 'http_request_duration_seconds',
    help: 'Duration of requests',
    labelNames: ['method', 'route', 'status'],
  });
  return (req, res, next) => {
    const end = histogram.startTimer();
    res.on('finish', () => {
      end({ method: req.method, route: `${req.baseUrl}${req.route?.path ?? ''}`, status: res.statusCode });
    });
    next();
  };
}
