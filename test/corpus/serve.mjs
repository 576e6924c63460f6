// The child process of a run: one case's app behind one line of leakGuard, on a free port of 127.0.0.1, or one case's
// worker with its jobs behind guardProcessor.
// node serve.mjs <case> <JSON of ServeOptions>, with an IPC channel; the other end is server-process.mjs.
import { importApp, loadCase } from './cases.mjs';
import { startHttpHost } from './http-host.mjs';
import { startJobHost } from './job-host.mjs';
import { answerQuestions, messageOf, tell, tellFailure, tellFailures } from './parent-link.mjs';
import { settledMemory } from './settled-memory.mjs';

/**
 * @typedef {object} ServeOptions
 * @property {string | null} guard the module whose `leakGuard` is mounted, of the case's framework (a job case:
 *   `guardProcessor`); null: the bare app
 * @property {'auto' | 'watch' | 'diagnose' | 'prove'} level
 * @property {string | null} [rival] the URL of a module that exports `createRival`, mounted right behind the guard: two
 *   detectors then see the same process (default null); HTTP cases only
 * @property {import('./job-load.mjs').JobTarget | null} [jobs] where the jobs of a job case come from (default null)
 */

/**
 * What `createRival(spec)` of a rival's module gives; `report()` is plain JSON, and `ask('rival')` answers with it.
 *
 * @typedef {{ middleware: import('express').RequestHandler, report(): unknown }} Rival
 */

/**
 * What hosts a case in this process: an HTTP server or a worker.
 *
 * @typedef {object} HostOptions
 * @property {import('./cases.mjs').CorpusCase} spec
 * @property {any} app what its `app.mjs` exports
 * @property {any} guardModule what exports `leakGuard` (jobs: `guardProcessor`); null: the bare app
 * @property {import('@leakguard/core').GuardOptions} guardOptions
 * @property {Rival | null} rival
 * @property {import('./job-load.mjs').JobTarget | null} jobs
 * @property {(error: unknown) => void} onError
 *
 * @typedef {(options: HostOptions) => Promise<{ port: number, guard: any, stop(): Promise<void> }>} StartHost
 */

tellFailures();

const [name = '', optionsText = '{}'] = process.argv.slice(2);
const options = /** @type {ServeOptions} */ (JSON.parse(optionsText));
try {
  await serve();
} catch (error) {
  tell({ type: 'failed', message: messageOf(error) });
}

async function serve() {
  const spec = loadCase(name);
  const start = spec.framework === 'bullmq' ? startJobHost : startHttpHost;
  const rival = options.rival ? await rivalOf(options.rival) : null;
  const { port, guard, stop } = await start({
    spec,
    guardModule: options.guard === null ? null : await importGuard(options.guard),
    guardOptions: { level: options.level, enabled: true },
    app: await importApp(name),
    rival,
    jobs: options.jobs ?? null,
    onError: (error) => tellFailure('error', error),
  });
  tell({ type: 'listening', port });
  for (const event of ['growth', 'leak', 'cleared']) {
    guard?.on?.(event, (/** @type {import('@leakguard/core').ScopeReport} */ report) =>
      tell({ type: 'event', event, report }),
    );
  }
  answerQuestions({
    report: () => guard.report(),
    analyze: () => guard.analyze(),
    memory: () => settledMemory(),
    rival: () => rival?.report(),
    async stop() {
      await stop();
      await guard?.close?.();
      setImmediate(() => process.disconnect());
    },
  });
}

/** @param {string} specifier @returns {Promise<any>} */
async function importGuard(specifier) {
  return import(specifier).catch((cause) => {
    throw new Error(`${specifier} cannot be imported: run "npm run build" first. ${messageOf(cause)}`, {
      cause,
    });
  });
}

/** @param {string} url @returns {Promise<Rival>} */
async function rivalOf(url) {
  const { createRival } = await import(url);
  return createRival(loadCase(name));
}
