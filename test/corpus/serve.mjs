// The child process of a run: one case's app behind one line of leakGuard, on a free port of 127.0.0.1.
// node serve.mjs <case> <JSON of ServeOptions>, with an IPC channel; the other end is server-process.mjs.
import http from 'node:http';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { CASES_FOLDER, loadCase } from './cases.mjs';
import { settledMemory } from './settled-memory.mjs';

/**
 * @typedef {object} ServeOptions
 * @property {string | null} guard the module whose `leakGuard` is mounted, of the case's framework; null: the bare app
 * @property {'auto' | 'watch' | 'diagnose' | 'prove'} level
 * @property {string | null} [rival] the URL of a module that exports `createRival`, mounted right behind the guard: two
 *   detectors then see the same process (default null)
 */

/**
 * What `createRival(spec)` of a rival's module gives; `report()` is plain JSON, and `ask('rival')` answers with it.
 *
 * @typedef {{ middleware: import('express').RequestHandler, report(): unknown }} Rival
 */

/**
 * How an app of each framework takes the guard, with a rival behind it, and how it listens.
 *
 * @type {Record<import('./cases.mjs').CorpusCase['framework'],
 *   { mounted(guard: any, rival: Rival['middleware'] | undefined): unknown, listenerOf(app: any): http.RequestListener }>}
 */
const FRAMEWORKS = {
  express: {
    mounted(guard, rival) {
      const all = [guard, rival].filter((each) => each != null);
      return all.length === 0 ? null : all;
    },
    listenerOf: (app) => app,
  },
  koa: {
    mounted(guard, rival) {
      if (rival === undefined) return guard;
      const pass = guard ?? ((/** @type {any} */ _ctx, /** @type {() => unknown} */ next) => next());
      return (/** @type {any} */ ctx, /** @type {() => unknown} */ next) =>
        pass(ctx, () => {
          /** @type {unknown} */
          let passed;
          rival(ctx.req, ctx.res, () => {
            passed = next();
          });
          return passed;
        });
    },
    listenerOf: (app) => app.callback(),
  },
};

// A guard that breaks its host must fail the run: say so, and let the run go on to its report.
process.on('uncaughtException', (error) => tellFailure('uncaughtException', error));
process.on('unhandledRejection', (reason) => tellFailure('unhandledRejection', reason));
process.on('disconnect', () => process.exit(0));

const [name = '', optionsText = '{}'] = process.argv.slice(2);
const options = /** @type {ServeOptions} */ (JSON.parse(optionsText));
try {
  await serve();
} catch (error) {
  tell({ type: 'failed', message: messageOf(error) });
}

async function serve() {
  const middleware = options.guard === null ? null : await mountable(options.guard);
  const { build } = await import(pathToFileURL(path.join(CASES_FOLDER, name, 'app.mjs')).href);
  const rival = options.rival ? await rivalOf(options.rival) : null;
  const { mounted, listenerOf } = FRAMEWORKS[loadCase(name).framework];
  const first = mounted(middleware, rival?.middleware);
  const { app, close } = await build(first === null ? {} : { guard: first });
  const server = http.createServer(listenerOf(app));
  // Longer than any pause of the driver, so that no request meets a connection that the server is closing.
  server.keepAliveTimeout = 120_000;
  server.listen(0, '127.0.0.1', () => {
    tell({ type: 'listening', port: /** @type {import('node:net').AddressInfo} */ (server.address()).port });
  });
  const guard = middleware?.guard;
  for (const event of ['growth', 'leak', 'cleared']) {
    guard?.on?.(event, (/** @type {import('@leakguard/core').ScopeReport} */ report) =>
      tell({ type: 'event', event, report }),
    );
  }
  const answers = {
    report: () => guard.report(),
    analyze: () => guard.analyze(),
    memory: () => settledMemory(),
    rival: () => rival?.report(),
    async stop() {
      server.close();
      await close?.();
      server.closeAllConnections();
      await guard?.close?.();
      setImmediate(() => process.disconnect());
    },
  };
  /** @param {{ id: number, ask: keyof typeof answers }} question */
  const answer = async ({ id, ask }) => {
    try {
      tell({ type: 'answer', id, value: (await answers[ask]()) ?? null });
    } catch (error) {
      tell({ type: 'answer', id, error: messageOf(error) });
    }
  };
  process.on('message', (question) => void answer(/** @type {any} */ (question)));
}

/** @param {string} specifier @returns {Promise<any>} the middleware, with its `guard` */
async function mountable(specifier) {
  const { leakGuard } = await import(specifier).catch((cause) => {
    throw new Error(`${specifier} cannot be imported: run "npm run build" first. ${messageOf(cause)}`, {
      cause,
    });
  });
  return leakGuard({ level: options.level, enabled: true });
}

/** @param {string} url @returns {Promise<Rival>} */
async function rivalOf(url) {
  const { createRival } = await import(url);
  return createRival(loadCase(name));
}

/** @param {'uncaughtException' | 'unhandledRejection'} kind @param {unknown} error */
function tellFailure(kind, error) {
  tell({ type: 'failure', message: `${kind}: ${messageOf(error)}` });
}

/** @param {unknown} error */
function messageOf(error) {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** @param {object} message */
function tell(message) {
  if (process.connected) process.send?.(message);
}
