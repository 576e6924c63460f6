/** Requests that no route of the case's load matches. */
export const OTHER_ROUTE = '(other)';

/**
 * Names requests by the patterns of a case's load. The naive rule is told them: how a middleware learns the pattern of
 * a mounted route is not what is compared here.
 *
 * @param {readonly string[]} routes `GET /users/:id`
 * @returns {(method: string, url: string) => string}
 */
export function routeNames(routes) {
  const patterns = routes.map(patternOf).sort((a, b) => a.parameters - b.parameters);
  return (method, url) => {
    const request = `${method} ${url.split('?', 1)[0]}`;
    return patterns.find(({ expression }) => expression.test(request))?.route ?? OTHER_ROUTE;
  };
}

/** @param {string} route */
function patternOf(route) {
  const segments = route.split('/');
  const source = segments.map((segment) => (segment.startsWith(':') ? '[^/]+' : literal(segment))).join('/');
  const parameters = segments.filter((segment) => segment.startsWith(':')).length;
  return { route, parameters, expression: new RegExp(`^${source}$`) };
}

/** @param {string} text */
function literal(text) {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
