import { gaussian, seededRandom } from './random.mjs';
import { fillTemplate } from './templates.mjs';

/** The mix changes this often, in units: the regression on floors needs a mix that varies, as live traffic does. */
const REDRAW_EVERY_UNITS = 700;
/** Standard deviation of the logarithm of a route's weight between two redraws. */
const WEIGHT_SIGMA = 0.8;

/**
 * A route of `case.json`'s `load.routes`; `path`, `json`, `body` and `headers` are templates.
 *
 * @typedef {object} RouteLoad
 * @property {string} route the scope it must be counted in, `GET /users/:id`
 * @property {string} method
 * @property {string} path
 * @property {number} weight share of the mix before it is varied
 * @property {unknown} [json]
 * @property {string} [body]
 * @property {Record<string, string>} [headers]
 * @property {{ afterResponseBytes: number }} [abort] the client destroys the connection after that many bytes
 * @property {number[]} [statuses] statuses at or above 400 that this app gives on purpose
 */

/**
 * One request, ready to be sent.
 *
 * @typedef {object} PlannedUnit
 * @property {string} route
 * @property {string} method
 * @property {string} path
 * @property {Record<string, string | number>} headers
 * @property {string | null} payload
 * @property {number | null} abortAfterBytes
 * @property {readonly number[]} statuses
 */

/**
 * @typedef {object} PlanOptions
 * @property {number} seed
 * @property {number} [redrawEveryUnits]
 * @property {number} [sigma] 0 keeps the mix constant
 * @property {number} [seqFrom] `{seq}` counts on from here (default 0), for a second plan on the same server
 */

/**
 * The endless sequence of requests of one run.
 *
 * @param {readonly RouteLoad[]} routes
 * @param {PlanOptions} options
 * @returns {{ next(): PlannedUnit }}
 */
export function createTrafficPlan(routes, options) {
  return createPlan(routes, compileRoute, options);
}

/**
 * An endless weighted sequence of units whose mix varies. The n-th unit depends on the seed alone, not on which
 * connection asks for it, so a run can be repeated although its connections race.
 *
 * @template {{ weight: number }} Load
 * @template Planned
 * @param {readonly Load[]} loads
 * @param {(load: Load, source: import('./templates.mjs').TemplateSource) => () => Planned} compile
 * @param {PlanOptions} options
 * @returns {{ next(): Planned }}
 */
export function createPlan(loads, compile, options) {
  const { seed, redrawEveryUnits = REDRAW_EVERY_UNITS, sigma = WEIGHT_SIGMA, seqFrom = 0 } = options;
  const random = seededRandom(seed);
  let seq = seqFrom;
  const source = { random, nextSeq: () => ++seq };
  const compiled = loads.map((load) => compile(load, source));
  let planned = 0;
  /** @type {number[]} */
  let cumulative = [];
  return {
    next() {
      if (planned++ % redrawEveryUnits === 0) {
        cumulative = cumulate(loads.map(({ weight }) => weight * Math.exp(sigma * gaussian(random))));
      }
      const mark = random() * /** @type {number} */ (cumulative.at(-1));
      const index = cumulative.findIndex((edge) => mark < edge);
      return /** @type {() => Planned} */ (compiled.at(index))();
    },
  };
}

/** @param {number[]} weights @returns {number[]} */
function cumulate(weights) {
  let sum = 0;
  return weights.map((weight) => {
    sum += weight;
    return sum;
  });
}

/**
 * @param {RouteLoad} load
 * @param {import('./templates.mjs').TemplateSource} source
 * @returns {() => PlannedUnit}
 */
function compileRoute(load, source) {
  const payloadTemplate = load.json === undefined ? (load.body ?? null) : JSON.stringify(load.json);
  const headerTemplates = Object.entries(load.headers ?? {});
  const statuses = load.statuses ?? [];
  return () => {
    const payload = payloadTemplate === null ? null : fillTemplate(payloadTemplate, source);
    /** @type {Record<string, string | number>} */
    const headers = {};
    for (const [name, template] of headerTemplates) headers[name] = fillTemplate(template, source);
    if (load.json !== undefined) headers['content-type'] = 'application/json';
    if (payload !== null) headers['content-length'] = Buffer.byteLength(payload);
    return {
      route: load.route,
      method: load.method,
      path: fillTemplate(load.path, source),
      headers,
      payload,
      abortAfterBytes: load.abort?.afterResponseBytes ?? null,
      statuses,
    };
  };
}
