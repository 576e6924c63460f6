import { startCaseLoad } from './case-load.mjs';
import { installCasePackages } from './case-packages.mjs';
import { guardModuleOf, loadCase } from './cases.mjs';
import { judge } from './judge.mjs';
import { RunHistory } from './run-history.mjs';
import { startServer } from './server-process.mjs';

/** An LRU of the corpus is full after 25,300 units: a default run goes well past it. */
export const DEFAULT_UNITS = 45_000;
const REPORT_EVERY_UNITS = 5_000;
/** Load goes on while the guard analyzes; this many units per planned unit are the bound. */
const UNITS_BOUND = 2;
/** The same bound for a run that goes on until it has its rows. */
const UNITS_BOUND_FOR_ROWS = 6;
/** How often such a run looks whether it has. */
const ROWS_EVERY_UNITS = 1_000;
const DEFAULT_MAX_SECONDS = 600;

/**
 * @typedef {object} RunOptions
 * @property {number} [units] requests or jobs before `analyze()` (default 45,000)
 * @property {number} [rows] at least so many rows before `analyze()`, whatever number of requests that takes (default 0):
 *   GCs are forced by the clock, so a fast machine has fewer of them in the same number of requests
 * @property {number} [seed] of the traffic (default 1)
 * @property {'auto' | 'watch' | 'diagnose' | 'prove'} [level] default `prove`
 * @property {string} [guard] module that exports `leakGuard`, for jobs `getGuard` and `guardProcessor` (default: leakguard's own for the case's framework)
 * @property {number} [maxSeconds] the run fails when it takes longer (default 600)
 */

/**
 * Everything about one run, as plain JSON.
 *
 * @typedef {object} RunResult
 * @property {string} name
 * @property {'leak' | 'clean'} expect
 * @property {string} node
 * @property {number} seed
 * @property {string} level
 * @property {number} units done when `analyze()` was asked for
 * @property {number} seconds until then
 * @property {number} errors
 * @property {string[]} messages the first few failed units
 * @property {string[]} failures uncaught exceptions, unhandled rejections, an early end
 * @property {Record<string, import('./run-history.mjs').FirstSeen>} firstSeen
 * @property {import('@leakguard/core').GrowthReport} final
 * @property {import('./cases.mjs').Leak[]} leaks
 * @property {import('./judge.mjs').Judgement} judgement
 */

/**
 * Runs one case in a child process behind leakGuard, drives its own weighted and varying mix without ever draining it
 * (32 requests in flight, or 32 to 64 jobs waiting), and judges the report.
 *
 * @param {string} name
 * @param {RunOptions} [options]
 * @returns {Promise<RunResult>}
 */
export async function runCase(name, options = {}) {
  const { units = DEFAULT_UNITS, seed = 1, level = 'prove', maxSeconds = DEFAULT_MAX_SECONDS } = options;
  const spec = loadCase(name);
  const { guard = guardModuleOf(spec), rows = 0 } = options;
  await installCasePackages();
  const history = new RunHistory();
  /** @type {import('./load.mjs').Load | undefined} */
  let load;
  const server = await startServer(name, {
    guard,
    level,
    onEvent: (event, { scope }) => {
      if (event !== 'cleared')
        history.note(scope, event === 'leak' ? 'leaking' : 'growing', load?.done() ?? 0);
    },
  });
  try {
    const started = performance.now();
    const maxUnits = units * (rows > 0 ? UNITS_BOUND_FOR_ROWS : UNITS_BOUND);
    load = await startCaseLoad(spec, server, { seed, maxUnits, maxSeconds });
    for (let mark = REPORT_EVERY_UNITS; mark < units; mark += REPORT_EVERY_UNITS) {
      await load.reached(mark);
      history.noteReport(await server.ask('report'), load.done());
    }
    await load.reached(units);
    while (rows > 0 && (await server.ask('report')).evidence.rows < rows) {
      await load.reached(load.done() + ROWS_EVERY_UNITS);
    }
    const done = load.done();
    const seconds = (performance.now() - started) / 1000;
    const final = await server.ask('analyze');
    history.noteReport(final, load.done());
    await load.stop();
    await server.stop();
    const { leaks = [], expect } = spec;
    const firstSeen = history.toJSON();
    const run = {
      errors: load.errors(),
      messages: [...load.messages],
      failures: [...server.failures],
      firstSeen,
      final,
    };
    const { version: node } = process;
    return {
      name,
      expect,
      node,
      seed,
      level,
      units: done,
      seconds,
      ...run,
      leaks,
      judgement: judge(spec, run),
    };
  } finally {
    await load?.stop();
    await server.stop();
  }
}
