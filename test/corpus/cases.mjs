import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

/** Where the cases lie, one folder each. */
export const CASES_FOLDER = path.join(import.meta.dirname, 'cases');

/**
 * One case as the harness works with it: `case.json`, with the scopes that the guard must report in place of the routes
 * and jobs of its leaks.
 *
 * @typedef {object} CorpusCase
 * @property {string} name
 * @property {'express' | 'koa' | 'bullmq'} framework
 * @property {'leak' | 'clean'} expect
 * @property {string} why one line
 * @property {Leak[]} [leaks] what leaks, when `expect` is `leak`
 * @property {string[]} [watch] scopes of a clean case that grow for a while
 * @property {number} [settleMs] wait before a truth reading: caches hold for that long on purpose
 * @property {number} [measureN] units per segment of a truth reading
 * @property {CaseLoad} load
 *
 * @typedef {object} Leak
 * @property {string} scope
 * @property {'heap' | 'external'} kind
 * @property {number} bytesPerRequest per unit, measured without a detector, mean of the later segments
 * @property {LeakSite | null} [site] who may be named as having allocated it; null where a profile of the heap cannot see it
 *
 * @typedef {object} LeakSite
 * @property {string[]} [packages] those that make the leak
 * @property {string[]} [functions] of the app, below the handler
 * @property {number} handlerLine where the handler that calls them starts in `app.mjs`
 * @property {string} [kind] also right where the request objects themselves are kept: `requests`
 *
 * @typedef {object} CaseLoad requests of an HTTP case, or jobs of a BullMQ case
 * @property {import('./traffic-plan.mjs').RouteLoad[]} [routes]
 * @property {import('./held-streams.mjs').HeldLoad[]} [held]
 * @property {import('./job-plan.mjs').JobLoad[]} [jobs]
 */

/** @returns {string[]} the names of all cases, sorted */
export function caseNames() {
  return readdirSync(CASES_FOLDER, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !/^[._]|^node_modules$/.test(entry.name))
    .map(({ name }) => name)
    .sort();
}

/**
 * @param {string} name
 * @returns {CorpusCase}
 * @throws {Error} when there is no such case; the message lists those there are
 */
export function loadCase(name) {
  const { leaks, watch, ...rest } = readCaseFile(name);
  return {
    ...rest,
    ...(leaks && {
      leaks: leaks.map(({ route, job, ...leak }) => ({ ...leak, scope: scopeOf(rest, route ?? job ?? '') })),
    }),
    ...(watch && { watch: watch.map((unit) => scopeOf(rest, unit)) }),
  };
}

/**
 * `case.json` as it lies there.
 *
 * @typedef {Omit<Leak, 'scope'> & { route?: string, job?: string }} LeakInFile
 * @param {string} name
 * @returns {Omit<CorpusCase, 'leaks'> & { leaks?: LeakInFile[] }}
 */
export function readCaseFile(name) {
  const known = caseNames();
  if (!known.includes(name)) throw new Error(`no corpus case "${name}"; there are: ${known.join(', ')}`);
  return JSON.parse(readFileSync(path.join(CASES_FOLDER, name, 'case.json'), 'utf8'));
}

/**
 * What the guard must call a route or a job of this case. The queue of a job case has its name.
 *
 * @param {Pick<CorpusCase, 'name' | 'framework'>} spec
 * @param {string} unit
 */
export function scopeOf({ name, framework }, unit) {
  return framework === 'bullmq' ? `${name}:${unit}` : unit;
}

/**
 * The scopes of a case's load, in the order of its file.
 *
 * @param {Pick<CorpusCase, 'name' | 'framework' | 'load'>} spec
 */
export function scopesOf(spec) {
  const { routes = [], jobs = [] } = spec.load;
  return [...routes.map(({ route }) => route), ...jobs.map((job) => scopeOf(spec, job.name))];
}

/**
 * The part of a case's load that has these scopes, without held streams.
 *
 * @param {Pick<CorpusCase, 'name' | 'framework' | 'load'>} spec
 * @param {readonly string[]} scopes
 * @returns {CaseLoad}
 */
export function partOfLoad(spec, scopes) {
  const { routes, jobs } = spec.load;
  return {
    ...(routes && { routes: routes.filter(({ route }) => scopes.includes(route)) }),
    ...(jobs && { jobs: jobs.filter((job) => scopes.includes(scopeOf(spec, job.name))) }),
  };
}

/**
 * What a case's `app.mjs` exports.
 *
 * @param {string} name
 * @returns {Promise<any>}
 */
export function importApp(name) {
  return import(pathToFileURL(path.join(CASES_FOLDER, name, 'app.mjs')).href);
}

/**
 * The module whose `leakGuard` an app of this case takes, or whose `guardProcessor` its jobs go through.
 *
 * @param {Pick<CorpusCase, 'framework'>} spec
 */
export function guardModuleOf({ framework }) {
  return `@leakguard/${framework}`;
}
