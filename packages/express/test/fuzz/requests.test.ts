import { METHODS } from 'node:http';
import type { Express as App, ErrorRequestHandler } from 'express';
import { onTestFinished } from 'vitest';
import { describeAnyRequests } from '../../../../test/fuzz/any-request.ts';
import { leakGuard } from '../../src/index.ts';
import { type Express, listen, MAJORS } from '../majors.ts';

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

for (const { name, express } of MAJORS) {
  describeAnyRequests({
    name,
    names: NAMES,
    leakGuard,
    async start(middleware) {
      const app = express();
      if (middleware !== undefined) app.use(middleware as never);
      build(express, app);
      const running = await listen(app);
      onTestFinished(() => running.close());
      return running.port;
    },
  });
}
