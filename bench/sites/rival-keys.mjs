/** @typedef {import('./host/serve.mjs').RivalReading} RivalReading */
/** @typedef {{ ordinal: number, bytes: number, route: string | null, fn: string | null }} KeyedSample */

const LEAKGUARD = /\/packages\/(?:core|express)\/dist\/|\/bench\/sites\/host\//;
/** What leakguard's own work is done with; an app may use it, too. */
const ITS_PACKAGES = /\/node_modules\/(?:acorn|lru-cache|jstat|@jridgewell)\//;

/**
 * What a stack says by itself: the route whose handler is on it, and its innermost function that is not Node's. A handler that several
 * routes share names none. What leakguard itself allocated is left out.
 *
 * @param {RivalReading} reading
 * @returns {KeyedSample[]}
 */
export function keyedSamples({ functions, stacks, samples, handlers }) {
  /** @type {Map<string, Set<string>>} */
  const scopesAt = new Map();
  for (const { scope, ...place } of handlers) {
    const scopes = scopesAt.get(placeKey(place)) ?? new Set();
    scopesAt.set(placeKey(place), scopes.add(scope));
  }
  const routes = functions.map((each) => {
    const scopes = scopesAt.get(placeKey(each));
    return scopes?.size === 1 ? [...scopes][0] : undefined;
  });
  const names = functions.map(({ name, url, line }) =>
    url === '' || url.startsWith('node:') ? undefined : JSON.stringify([name, fileOf(url), line + 1]),
  );
  const keys = stacks.map((stack) => ({
    isOwn: isLeakguards(stack.map((index) => functions[index]?.url ?? '')),
    route: stack.map((index) => routes[index]).find((route) => route !== undefined) ?? null,
    fn: stack.map((index) => names[index]).find((fn) => fn !== undefined) ?? null,
  }));
  return samples.flatMap(({ ordinal, bytes, stack }) => {
    const { isOwn = false, route = null, fn = null } = keys[stack] ?? {};
    return isOwn ? [] : [{ ordinal, bytes, route, fn }];
  });
}

/** A process without leakguard has nothing of it on its heap. @param {readonly string[]} urls innermost first */
function isLeakguards(urls) {
  const caller = urls.find((url) => url !== '' && !url.startsWith('node:') && !ITS_PACKAGES.test(url));
  return caller !== undefined && LEAKGUARD.test(caller);
}

/** @param {string | null} key @returns {import('./follow-case.mjs').Named['fn']} */
export function functionOf(key) {
  if (key === null) return null;
  const [name, file] = JSON.parse(key);
  return { name, file };
}

/** @param {{ scriptId: number, line: number, column: number }} place */
function placeKey({ scriptId, line, column }) {
  return `${scriptId}:${line}:${column}`;
}

/** @param {string} url */
function fileOf(url) {
  return url.replace(/^file:\/\//, '');
}
