// The child process of a case: its app behind `leakGuard({ guard })`, on a free port of 127.0.0.1.
// node serve.mjs <app> <JSON of ServeOptions>, with an IPC channel; the other end is test/corpus/server-process.mjs.
import { createServer } from 'node:http';
import express from 'express';
import { guardOn } from '../../../packages/core/dist/guard.js';
import { processRuntime } from '../../../packages/core/dist/measure/process-runtime.js';
import { leakGuard } from '../../../packages/express/dist/index.js';
import {
  answerQuestions,
  messageOf,
  tell,
  tellFailure,
  tellFailures,
} from '../../../test/corpus/parent-link.mjs';
import { settledMemory } from '../../../test/corpus/settled-memory.mjs';
import { appNamed } from '../cases.mjs';
import { HandlerPlaces } from './handler-places.mjs';
import { watchedRuntime } from './watched-runtime.mjs';

/**
 * @typedef {object} ServeOptions
 * @property {import('../cases.mjs').Leak | null} leak
 * @property {Record<string, number>} [appOptions] of a healthy app
 * @property {'auto' | 'prove' | null} level null: the bare app
 * @property {number} pace of the guard's clock
 */

/**
 * What the guard said at one moment; told, and not kept here, where it would be growth.
 *
 * @typedef {object} Look
 * @property {number} units
 * @property {Record<string, number>} unitsOf by scope
 * @property {Said[]} growing scopes that are `growing` or `leaking`, worst first, as the report has them
 * @property {Omit<Said, 'scope' | 'channels'> | null} unattributed
 * @property {{ reads: number, waits: string | null, rows: number, unavailable: string | null, pauseMs: number }} evidence
 *   `pauseMs`: of the longest read so far
 *
 * @typedef {Pick<import('@leakguard/core').ScopeReport, 'scope' | 'verdict' | 'bytesPerUnit' | 'ci95' | 'totalBytes' | 'signal' | 'channels' | 'candidates'>
 *   & { site: Site | null }} Said
 * @typedef {Omit<NonNullable<import('@leakguard/core').ScopeReport['site']>, 'lines'>} Site
 */

/** A read as rivals get it. @typedef {import('./watched-runtime.mjs').AllocationReading & { units: number, unitsOf: Record<string, number>, handlers: import('./handler-places.mjs').HandlerPlace[] }} RivalReading */

const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

tellFailures();
const [name = '', optionsText = '{}'] = process.argv.slice(2);
const options = /** @type {ServeOptions} */ (JSON.parse(optionsText));
try {
  await serve();
} catch (error) {
  tell({ type: 'failed', message: messageOf(error) });
}

async function serve() {
  const app = appNamed(name).createApp(options.leak, options.appOptions);
  const watched = options.level === null ? null : watch(options.level);
  const outer = express();
  if (watched !== null) outer.use(watched.middleware, watched.places.middleware);
  outer.use(app);
  const server = createServer(outer);
  // Longer than any pause of the driver, so that no request meets a connection that the server is closing.
  server.keepAliveTimeout = 120_000;
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  answerQuestions({
    report: () => watched?.guard.report(),
    analyze: () => watched?.analyze(),
    memory: () => settledMemory(),
    async stop() {
      server.close();
      server.closeAllConnections();
      await watched?.guard.close();
      setImmediate(() => process.disconnect());
    },
  });
  tell({ type: 'listening', port: /** @type {import('node:net').AddressInfo} */ (server.address()).port });
}

/** @param {'auto' | 'prove'} level */
function watch(level) {
  const runtime = processRuntime();
  const places = new HandlerPlaces();
  let pauseMs = 0;
  let isLookDue = false;
  const guard = guardOn(
    watchedRuntime(runtime, {
      pace: options.pace,
      onRead(reading) {
        pauseMs = Math.max(pauseMs, reading.pauseMs);
        tell({ type: 'reading', reading: { ...reading, ...units(), handlers: places.list() } });
      },
      onLocated: (handler, place) => places.located(handler, place),
      onRow() {
        if (isLookDue) return;
        isLookDue = true;
        setImmediate(look);
      },
    }),
    { level, enabled: true, logger: SILENT, control: false },
  );
  guard.on('error', (error) => tellFailure('error', error));

  function units() {
    const { scopes } = guard.report();
    return {
      units: scopes.reduce((sum, scope) => sum + scope.units, 0),
      unitsOf: Object.fromEntries(scopes.map((scope) => [scope.scope, scope.units])),
    };
  }

  function look() {
    isLookDue = false;
    const { scopes, unattributed, evidence } = guard.report();
    const growing = scopes.filter(({ verdict }) => verdict === 'growing' || verdict === 'leaking');
    const sites = evidence.unavailable.find(({ channel }) => channel === 'sites');
    tell({
      type: 'look',
      look: {
        ...units(),
        growing: growing.map(said),
        unattributed: unattributed && said(/** @type {any} */ (unattributed)),
        evidence: {
          reads: evidence.profilerReads,
          waits: evidence.profilerWaits,
          rows: evidence.rows,
          unavailable: sites?.reason ?? null,
          pauseMs,
        },
      },
    });
  }

  return {
    guard,
    places,
    middleware: leakGuard({ guard }),
    async analyze() {
      await guard.analyze();
      look();
    },
  };
}

/** @param {import('@leakguard/core').ScopeReport} report @returns {Said} */
function said({ scope, verdict, bytesPerUnit, ci95, totalBytes, signal, channels, candidates, site }) {
  const { lines: _lines, ...place } = site ?? { lines: [] };
  return {
    ...{ scope, verdict, bytesPerUnit, ci95, totalBytes, signal, channels, candidates },
    site: site === null ? null : /** @type {Site} */ (place),
  };
}
