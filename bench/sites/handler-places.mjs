/**
 * Where the handlers of a route start, as profiles tell it.
 *
 * @typedef {{ scope: string, scriptId: number, line: number, column: number }} HandlerPlace
 */

/** Learns the handlers of routes from the requests that reach them, for rivals that know nothing of leakguard. */
export class HandlerPlaces {
  /** @type {Map<string, HandlerPlace[]>} */
  #places = new Map();
  #locate;

  /** @param {(handler: () => unknown) => { scriptId: number, line: number, column: number } | null} locate */
  constructor(locate) {
    this.#locate = locate;
  }

  /** @type {import('express').RequestHandler} */
  middleware = (req, res, next) => {
    res.once('finish', () => this.#learn(req));
    next();
  };

  list() {
    return [...this.#places.values()].flat();
  }

  /** @param {any} req */
  #learn({ method, baseUrl, route }) {
    if (!route) return;
    // The root of a nested router would end in a slash.
    const scope = `${method} ${baseUrl}${route.path}`.replace(/(?<=.)\/$/, '');
    if (this.#places.has(scope)) return;
    const layers = route.stack.filter(
      (/** @type {any} */ layer) => !layer.method || layer.method === method.toLowerCase(),
    );
    const found = layers.map((/** @type {any} */ layer) => this.#locate(layer.handle)).filter(Boolean);
    this.#places.set(
      scope,
      found.map((/** @type {HandlerPlace} */ { scriptId, line, column }) => ({
        scope,
        scriptId,
        line,
        column,
      })),
    );
  }
}
