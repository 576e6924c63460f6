import { createRequire } from 'node:module';
import type { AdapterUnderTest, AppSpec, RunningApp, Step } from '@leakguard/test-utils';
import type express from 'express';
import type { ErrorRequestHandler, RequestHandler, Router } from 'express';
import { leakGuard } from '../src/index.ts';

const require = createRequire(import.meta.url);

export type Express = typeof express;
export interface Major {
  major: number;
  name: string;
  express: Express;
}

/** Both majors, by npm alias; the contract asserts that each alias is what it says. */
export const MAJORS: Major[] = [4, 5].map((major) => ({
  major,
  name: `Express ${major}`,
  express: require(`express${major}`) as Express,
}));

/** A copy of Express that no guard has seen yet. */
export function freshExpress(major: number): Express {
  for (const path of Object.keys(require.cache)) delete require.cache[path];
  return require(`express${major}`) as Express;
}

export function adapterOf({ major, name, express }: Major): AdapterUnderTest {
  const { version } = require(`express${major}/package.json`) as { version: string };
  return {
    name,
    version: { actual: version, major },
    startApp: (spec) => listen(buildApp(express, spec)),
  };
}

/** Listens on an ephemeral port of 127.0.0.1. */
export async function listen(app: express.Express): Promise<RunningApp> {
  // Keeps Express's default error handler from printing the errors that tests provoke.
  app.set('env', 'test');
  const server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  app.set('test server', server);
  const address = server.address() as { port: number };
  return {
    port: address.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function buildApp(express: Express, spec: AppSpec): express.Express {
  const app = express();
  addSteps(express, app, spec);
  return app;
}

function addSteps(express: Express, router: Router, steps: AppSpec): void {
  for (const step of steps) addStep(express, router, step);
}

function addStep(express: Express, router: Router, step: Step): void {
  if ('guard' in step) router.use(leakGuard(step as { guard: typeof step.guard }));
  else if ('route' in step) router[step.method ?? 'get'](step.route, handler(step.does));
  else if ('middleware' in step) router.use(step.middleware, handler(step.does));
  else if ('router' in step) {
    const mounted = express.Router();
    addSteps(express, mounted, step.steps);
    router.use(step.router, mounted);
  } else router.use(answerError);
}

function handler(does: (exchange: { req: never; res: never; pass: () => void }) => unknown): RequestHandler {
  return (req, res, next) => does({ req: req as never, res: res as never, pass: next }) as never;
}

const answerError: ErrorRequestHandler = (error, _req, res, _next) => {
  res.status(500).end((error as Error).message);
};
