/**
 * @typedef {import('./host/serve.mjs').Look} Look
 * @typedef {import('./host/serve.mjs').Said} Said
 * @typedef {import('./host/serve.mjs').Site} Site
 * @typedef {import('./follow-case.mjs').Named} Named
 * @typedef {import('./apps/index.mjs').Truth} Truth
 * @typedef {{ units: number, ofRoute: number }} Mark units when something was first so, all and of the leaking route
 */

/**
 * What the guard said of a leak in one run.
 *
 * @typedef {object} LeakJudged
 * @property {Mark | null} route the right route was first in the report, `growing` or `leaking`
 * @property {Mark | null} leaking it was `leaking`
 * @property {Mark | null} fn and the function named with it was right: in a file that makes the leak, or one of its functions
 * @property {Mark | null} exact one of those that allocate what leaks, by name
 * @property {boolean} isFirst at the end
 * @property {string} verdict at the end, of the right route
 * @property {'right' | 'wrong' | 'none'} site at the end, of the right route
 * @property {string} siteText
 * @property {number | null} bytesPerUnit at the end
 * @property {[number, number] | null} ci95
 * @property {boolean | null} covers the interval holds the true size; null without one
 * @property {number | null} error relative, of the size
 * @property {Record<string, Accused>} wrongRoutes ever accused
 * @property {Record<string, Accused>} wrongSites functions ever named that have no part in it
 *
 * @typedef {{ verdict: string, from: number, to: number }} Accused the gravest verdict, first and last units
 */

/**
 * @param {{ truth: Truth, bytes: { heap: number, external: number }, looks: readonly Look[] }} run
 * @returns {LeakJudged}
 */
export function judgeLeak({ truth, bytes, looks }) {
  const first = (/** @type {(look: Look) => boolean} */ holds) => markOf(looks.find(holds), truth.scope);
  const atEnd = looks.at(-1)?.growing.find(({ scope }) => scope === truth.scope) ?? null;
  const top = (/** @type {Look} */ { growing: [said] }) => (said?.scope === truth.scope ? said : null);
  const size = sizeOf(atEnd, bytes);
  return {
    route: first((look) => top(look) !== null),
    leaking: first(({ growing }) =>
      growing.some((said) => said.scope === truth.scope && said.verdict === 'leaking'),
    ),
    fn: first((look) => isRightSite(top(look)?.site ?? null, truth)),
    exact: first((look) => isAllocatingSite(top(look)?.site ?? null, truth)),
    isFirst: looks.at(-1)?.growing[0]?.scope === truth.scope,
    verdict: atEnd?.verdict ?? 'stable',
    site: atEnd?.site == null ? 'none' : isRightSite(atEnd.site, truth) ? 'right' : 'wrong',
    siteText: siteText(atEnd?.site ?? null),
    ...size,
    wrongRoutes: accusedIn(looks, ({ growing }) =>
      growing
        .filter(({ scope }) => scope !== truth.scope)
        .map(({ scope, verdict }) => ({ name: scope, verdict })),
    ),
    wrongSites: accusedIn(looks, (look) =>
      sitesIn(look)
        .filter(({ site }) => !isRightSite(site, truth))
        .map(({ site, verdict }) => ({ name: siteText(site), verdict })),
    ),
  };
}

/**
 * Whom the guard accused in a healthy app, whenever.
 *
 * @param {readonly Look[]} looks
 */
export function judgeHealthy(looks) {
  return {
    accused: accusedIn(looks, ({ growing, unattributed }) => [
      ...growing.map(({ scope, verdict }) => ({ name: scope, verdict })),
      ...(unattributed && isAccused(unattributed.verdict)
        ? [{ name: '(unattributed)', verdict: unattributed.verdict }]
        : []),
    ]),
    sites: accusedIn(looks, (look) =>
      sitesIn(look).map(({ site, verdict }) => ({ name: siteText(site), verdict })),
    ),
    atEnd: looks.at(-1)?.growing.map(({ scope }) => scope) ?? [],
  };
}

/**
 * What a rival that names by itself said of a leak, or of a healthy app (`truth` null).
 *
 * @typedef {object} RivalJudged
 * @property {Mark | null} route first right
 * @property {Mark | null} routeStays right from here to the end
 * @property {Mark | null} fn
 * @property {Mark | null} fnStays
 * @property {string[]} wrongRoutes ever named
 * @property {string[]} wrongFunctions
 */

/**
 * @param {Truth | null} truth
 * @param {readonly Named[]} named after each read
 * @returns {RivalJudged}
 */
export function judgeRival(truth, named) {
  const isRoute = (/** @type {Named} */ { route }) => route !== null && route === truth?.scope;
  const isFn = (/** @type {Named} */ { fn }) =>
    fn !== null && truth !== null && isRightFrame({ function: fn.name, file: fn.file }, truth);
  const distinct = (/** @type {string[]} */ names) => [...new Set(names)];
  return {
    route: plainMark(named.find(isRoute)),
    routeStays: staysFrom(named, isRoute),
    fn: plainMark(named.find(isFn)),
    fnStays: staysFrom(named, isFn),
    wrongRoutes: distinct(
      named.flatMap((each) => (each.route === null || isRoute(each) ? [] : [each.route])),
    ),
    wrongFunctions: distinct(
      named.flatMap((each) =>
        each.fn === null || isFn(each) ? [] : [`${each.fn.name} ${baseName(each.fn.file)}`],
      ),
    ),
  };
}

/** @param {readonly Named[]} named @param {(each: Named) => boolean} isRight @returns {Mark | null} */
function staysFrom(named, isRight) {
  return plainMark(named.slice(named.findLastIndex((each) => !isRight(each)) + 1)[0]);
}

/** @param {Named | undefined} named @returns {Mark | null} */
function plainMark(named) {
  return named === undefined ? null : { units: named.units, ofRoute: named.ofRoute };
}

/** @param {Look | undefined} look @param {string} scope @returns {Mark | null} */
function markOf(look, scope) {
  return look === undefined ? null : { units: look.units, ofRoute: look.unitsOf[scope] ?? 0 };
}

/** What a size is held against: the heap's or, for signals of Buffers, what lies outside of it. @param {Said | null} said @param {{ heap: number, external: number }} bytes */
function sizeOf(said, bytes) {
  const { bytesPerUnit = null, ci95 = null, signal } = said ?? {};
  if (bytesPerUnit === null || ci95 === null)
    return { bytesPerUnit: null, ci95: null, covers: null, error: null };
  const truth = signal === 'heap' || signal === 'oldSpace' ? bytes.heap : bytes.external;
  return {
    bytesPerUnit,
    ci95,
    covers: ci95[0] <= truth && truth <= ci95[1],
    error: bytesPerUnit / truth - 1,
  };
}

/** Sites named with growth. @param {Look} look @returns {{ site: Site, verdict: string }[]} */
function sitesIn({ growing, unattributed }) {
  const all = unattributed && isAccused(unattributed.verdict) ? [...growing, unattributed] : growing;
  return all.flatMap(({ site, verdict }) => (site === null ? [] : [{ site, verdict }]));
}

/**
 * @param {readonly Look[]} looks
 * @param {(look: Look) => { name: string, verdict: string }[]} accusedAt
 * @returns {Record<string, Accused>}
 */
function accusedIn(looks, accusedAt) {
  /** @type {Record<string, Accused>} */
  const all = {};
  for (const look of looks) {
    for (const { name, verdict } of accusedAt(look)) {
      const known = all[name] ?? { verdict, from: look.units, to: look.units };
      all[name] = {
        ...known,
        verdict: known.verdict === 'leaking' ? known.verdict : verdict,
        to: look.units,
      };
    }
  }
  return all;
}

/** @param {string} verdict */
function isAccused(verdict) {
  return verdict === 'growing' || verdict === 'leaking';
}

/** @param {Site | null} site @param {Truth} truth */
function isRightSite(site, truth) {
  return site !== null && [site.entry, site.allocating].some((frame) => isRightFrame(frame, truth));
}

/** @param {Site | null} site @param {Truth} truth */
function isAllocatingSite(site, { allocating }) {
  return site !== null && [site.entry, site.allocating].some((frame) => isOneOf(frame.function, allocating));
}

/** @param {{ function: string, file: string }} frame @param {Truth} truth */
function isRightFrame(frame, truth) {
  return isOneOf(frame.function, truth.functions) || truth.files.includes(baseName(frame.file));
}

/** A method may be told with its class. @param {string} name @param {readonly string[]} functions */
function isOneOf(name, functions) {
  return functions.includes(name) || functions.includes(name.slice(name.lastIndexOf('.') + 1));
}

/** @param {Site | null} site */
function siteText(site) {
  if (site === null) return '-';
  const { entry, allocating, kind } = site;
  const frames =
    entry.function === allocating.function && entry.line === allocating.line
      ? [allocating]
      : [entry, allocating];
  const text = frames.map((frame) => `${frame.function} ${baseName(frame.file)}:${frame.line}`).join(' > ');
  return kind === 'function' ? text : `${kind}: ${text}`;
}

/** @param {string} file */
function baseName(file) {
  return file.slice(file.lastIndexOf('/') + 1);
}
