/**
 * Where the handlers of a route start, as profiles tell it.
 *
 * @typedef {{ scope: string, scriptId: number, line: number, column: number }} HandlerPlace
 * @typedef {Omit<HandlerPlace, 'scope'>} Place
 */

/**
 * The handlers of routes, for rivals that know nothing of leakguard: which functions a route has is seen in the requests that reach it,
 * where they start is overheard, so that nothing is asked of the inspector that would not be asked without the bench.
 */
export class HandlerPlaces {
  /** @type {Map<string, Function[]>} */
  #handlers = new Map();
  /** @type {WeakMap<Function, Place>} */
  #places = new WeakMap();

  /** @type {import('express').RequestHandler} */
  middleware = (req, res, next) => {
    res.once('finish', () => this.#learn(req));
    next();
  };

  /** @param {Function} handler @param {Place | null} place */
  located(handler, place) {
    if (place !== null) this.#places.set(handler, place);
  }

  /** @returns {HandlerPlace[]} */
  list() {
    return [...this.#handlers].flatMap(([scope, handlers]) =>
      handlers.flatMap((handler) => {
        const place = this.#places.get(handler);
        if (place === undefined) return [];
        const { scriptId, line, column } = place;
        return [{ scope, scriptId, line, column }];
      }),
    );
  }

  /** @param {any} req */
  #learn({ method, baseUrl, route }) {
    if (!route) return;
    // The root of a nested router would end in a slash.
    const scope = `${method} ${baseUrl}${route.path}`.replace(/(?<=.)\/$/, '');
    if (this.#handlers.has(scope)) return;
    const own = route.stack.filter(
      (/** @type {any} */ layer) => !layer.method || layer.method === method.toLowerCase(),
    );
    this.#handlers.set(
      scope,
      own.map((/** @type {any} */ { handle }) => handle),
    );
  }
}
