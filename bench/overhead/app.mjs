/** The app that every variant serves: 20 routes with a parameter, async handlers, about 700 B of JSON. */

/** @typedef {'express' | 'koa'} Framework */

const ROUTES = 20;

const WORDS = 'alpha bravo charlie delta echo foxtrot golf hotel india juliet kilo lima mike november'.split(
  ' ',
);

/** @param {number} route @param {string} id */
async function loadItem(route, id) {
  await Promise.resolve();
  return {
    id,
    route: `route-${route}`,
    title: `${WORDS[route % WORDS.length]} ${id}`,
    price: route * 1.25,
    tags: WORDS.map((word, at) => ({ name: `${word}-${route}`, weight: at })),
  };
}

/**
 * The same app on each framework. `middleware`: what is measured, null for none.
 *
 * @type {Record<Framework, (middleware: any) => Promise<import('node:http').RequestListener>>}
 */
export const APPS = {
  async express(middleware) {
    const { default: express } = await import('express');
    const app = express();
    app.disable('x-powered-by');
    if (middleware !== null) app.use(middleware);
    for (let route = 0; route < ROUTES; route += 1) {
      app.get(`/resource-${route}/:id`, async (req, res) => {
        res.json(await loadItem(route, req.params.id));
      });
    }
    return app;
  },
  async koa(middleware) {
    const { default: Koa } = await import('koa');
    const { default: Router } = await import('@koa/router');
    const app = new Koa();
    if (middleware !== null) app.use(middleware);
    const router = new Router();
    for (let route = 0; route < ROUTES; route += 1) {
      router.get(`/resource-${route}/:id`, async (ctx) => {
        ctx.body = await loadItem(route, ctx.params.id);
      });
    }
    return /** @type {import('node:http').RequestListener} */ (app.use(router.routes()).callback());
  },
};

/**
 * The same 20 routes with handlers that do nothing, on a framework that `require` loads: all that is left is the
 * framework and what is measured.
 *
 * @type {Record<Framework, (middleware: any, require: (name: string) => any) => import('node:http').RequestListener>}
 */
export const EMPTY_APPS = {
  express(middleware, require) {
    const app = require('express')();
    app.use(middleware);
    for (let route = 0; route < ROUTES; route += 1) app.get(`/resource-${route}/:id`, function answer() {});
    return app;
  },
  koa(middleware, require) {
    const app = new (require('koa'))();
    const router = new (require('@koa/router'))();
    app.use(middleware);
    for (let route = 0; route < ROUTES; route += 1) {
      router.get(`/resource-${route}/:id`, function answer(ctx) {
        ctx.respond = false;
      });
    }
    return app.use(router.routes()).callback();
  },
};

/** @param {number} request */
export function pathOf(request) {
  return `/resource-${request % ROUTES}/${request % 1000}`;
}
