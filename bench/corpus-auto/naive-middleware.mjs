import { NaiveRule } from './naive-rule.mjs';
import { routeNames } from './route-names.mjs';

/**
 * The naive rules, mounted in the app behind the guard (test/corpus/serve.mjs). Both read `process.memoryUsage()` at the
 * boundaries of requests:
 *
 * - `around`: heap when the response has closed minus heap when the request came, the usual snippet;
 * - `sinceLast`: heap when the response has closed minus heap when the one before it closed, whoever's. Charges every
 *   byte once, where `around` charges it to each of the 32 requests that are in flight.
 *
 * @param {Pick<import('../../test/corpus/cases.mjs').CorpusCase, 'load'>} spec
 * @returns {import('../../test/corpus/serve.mjs').Rival}
 */
export function createRival({ load }) {
  const nameOf = routeNames((load.routes ?? []).map(({ route }) => route));
  const around = new NaiveRule();
  const sinceLast = new NaiveRule();
  /** @type {number | null} */
  let last = null;
  return {
    middleware(req, res, next) {
      const before = process.memoryUsage().heapUsed;
      // Not `finish`: a stream that its client left never finishes.
      res.on('close', () => {
        const after = process.memoryUsage().heapUsed;
        const route = nameOf(req.method, req.originalUrl ?? req.url);
        around.charge(route, after - before);
        sinceLast.charge(route, after - (last ?? before));
        last = after;
      });
      next();
    },
    report: () => ({ around: around.averages(), sinceLast: sinceLast.averages() }),
  };
}
