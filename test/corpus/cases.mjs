import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Where the cases lie, one folder each. */
export const CASES_FOLDER = path.join(import.meta.dirname, 'cases');

/**
 * `case.json` of one case.
 *
 * @typedef {object} CorpusCase
 * @property {string} name
 * @property {'express' | 'koa'} framework
 * @property {'leak' | 'clean'} expect
 * @property {string} why one line
 * @property {Leak[]} [leaks] what leaks, when `expect` is `leak`
 * @property {string[]} [watch] routes of a clean case that grow for a while
 * @property {number} [settleMs] wait before a truth reading: caches hold for that long on purpose
 * @property {number} [measureN] requests per segment of a truth reading
 * @property {{ routes: import('./traffic-plan.mjs').RouteLoad[], held?: import('./held-streams.mjs').HeldLoad[] }} load
 *
 * @typedef {object} Leak
 * @property {string} route
 * @property {'heap' | 'external'} kind
 * @property {number} bytesPerRequest measured without a detector, mean of the later segments
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
  const known = caseNames();
  if (!known.includes(name)) throw new Error(`no corpus case "${name}"; there are: ${known.join(', ')}`);
  return JSON.parse(readFileSync(path.join(CASES_FOLDER, name, 'case.json'), 'utf8'));
}

/**
 * The module whose `leakGuard` an app of this case takes.
 *
 * @param {Pick<CorpusCase, 'framework'>} spec
 */
export function guardModuleOf({ framework }) {
  return `@leakguard/${framework}`;
}
