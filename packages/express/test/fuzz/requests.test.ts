import { METHODS } from 'node:http';
import { createGuard } from '@leakguard/core';
import { type RecordingGuard, recordingGuard } from '@leakguard/test-utils';
import type { Express as App, ErrorRequestHandler } from 'express';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  answers,
  anyFunction,
  anySent,
  inFlightOf,
  startAgent,
  unitsOf,
  until,
  watchForRejections,
} from '../../../../test/fuzz/any-request.ts';
import { cases, FUZZ_SEED, fc } from '../../../../test/fuzz/fast-check.ts';
import { leakGuard } from '../../src/index.ts';
import { type Express, listen, MAJORS } from '../majors.ts';

watchForRejections();

/** Every name that the app below can have; nothing of a URL is among them. */
const NAMES: ReadonlySet<string> = new Set([
  '(unmatched)',
  ...[...METHODS, 'OTHER'].flatMap((method) =>
    [
      '/users/:id',
      '/orgs/:org/items/:item',
      '/orgs/:org (middleware)',
      '/orgs/:org/files (middleware)',
      '/^\\/raw\\/(.+)$/',
      '/any',
      '/one/:x',
      '/two/:x',
      '/throws/:what',
      '/passes',
      '/answers (middleware)',
      '/ (middleware)',
    ].map((pattern) => `${method} ${pattern}`),
  ),
]);

function build(express: Express, app: App): void {
  const orgs = express.Router({ mergeParams: true });
  orgs.get('/items/:item', (req, res) => void res.json(req.params));
  orgs.use('/files', (req, res, next) => (req.url.length % 2 === 0 ? void res.end(req.url) : next()));
  app.get('/users/:id', (req, res) => void res.json(req.params));
  app.use('/orgs/:org', orgs);
  app.get(/^\/raw\/(.+)$/, (req, res) => void res.json(Object.values(req.params)));
  app.all('/any', (req, res) => void res.json([req.method, req.query]));
  app.get(['/one/:x', '/two/:x'], (req, res) => void res.json(req.params));
  app.get('/throws/:what', (req) => {
    throw Object.assign(new Error(req.params.what), { status: 418 });
  });
  app.get('/passes', (_req, _res, next) => next());
  app.use('/answers', (req, res) => void res.end(req.originalUrl));
  const answerTeapot: ErrorRequestHandler = (error, _req, res, next) =>
    (error as { status?: number }).status === 418
      ? void res.status(418).end((error as Error).message)
      : next(error);
  app.use(answerTeapot);
}

describe.each(MAJORS)(`$name under any requests (seed ${FUZZ_SEED})`, ({ express }) => {
  async function start(prepare: (app: App) => void) {
    const app = express();
    prepare(app);
    build(express, app);
    const running = await listen(app);
    onTestFinished(() => running.close());
    return running.port;
  }

  it('counts each under a pattern, shows no URL, and changes no answer', async () => {
    let arrived = 0;
    let guard: RecordingGuard;
    const handlers: ReturnType<typeof leakGuard>[] = [];
    const plain = await start(() => undefined);
    const guarded = await start((app) =>
      app.use(
        (_req, _res, next) => {
          arrived += 1;
          next();
        },
        (req, res, next) => handlers.at(-1)!(req, res, next),
      ),
    );
    const agent = startAgent();
    await fc.assert(
      fc.asyncProperty(fc.array(anySent, { minLength: 1, maxLength: 8 }), async (sent) => {
        arrived = 0;
        guard = recordingGuard();
        handlers.push(leakGuard({ guard }));
        expect(await answers(guarded, sent, agent)).toEqual(await answers(plain, sent, agent));
        expect(await guard.finished(arrived)).toHaveLength(arrived);
        expect(guard.inFlight()).toBe(0);
        expect(guard.units.filter(({ ends }) => ends !== 1)).toEqual([]);
        expect(guard.scopeNames.filter((name) => !NAMES.has(name))).toEqual([]);
      }),
      cases(20),
    );
  });

  it('counts each and answers it, however the host’s own functions end', async () => {
    let arrived = 0;
    let middleware: ReturnType<typeof leakGuard>;
    const port = await start((app) =>
      app.use((req, res, next) => {
        arrived += 1;
        middleware(req, res, next);
      }),
    );
    const agent = startAgent();
    const functions = fc.record({ scope: anyFunction(), ignore: anyFunction(), log: anyFunction() });
    await fc.assert(
      fc.asyncProperty(
        functions,
        fc.array(anySent, { maxLength: 3 }),
        async ({ scope, ignore, log }, more) => {
          arrived = 0;
          const logger = { info: log, warn: log, error: log } as never;
          const guard = createGuard({ enabled: true, maxScopes: 1, logger, ignore: ignore as never });
          middleware = leakGuard({ guard, scope: scope as never });
          await answers(port, more, agent);
          expect(await answers(port, [{ method: 'GET', path: '/users/1' }], agent)).toMatchObject([
            { status: 200, body: '{"id":"1"}' },
          ]);
          await until(() => unitsOf(guard) === arrived && inFlightOf(guard) === 0);
          await guard.close();
        },
      ),
      cases(20),
    );
  });
});
