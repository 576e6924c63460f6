/** The app that every variant serves: 20 routes with a parameter, async handlers, about 700 B of JSON. */

export const ROUTES = 20;

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
 * @param {import('express')} express
 * @param {import('express').RequestHandler | null} middleware what is measured
 */
export function buildApp(express, middleware) {
  const app = express();
  app.disable('x-powered-by');
  if (middleware !== null) app.use(middleware);
  for (let route = 0; route < ROUTES; route += 1) {
    app.get(`/resource-${route}/:id`, async (req, res) => {
      res.json(await loadItem(route, req.params.id));
    });
  }
  return app;
}

/** @param {number} request */
export function pathOf(request) {
  return `/resource-${request % ROUTES}/${request % 1000}`;
}
