import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import type { AdapterUnderTest, AppSpec, Behaviour, RunningApp, Step } from '@leakguard/test-utils';
import type Koa from 'koa';
import { leakGuard } from '../src/index.ts';

const require = createRequire(import.meta.url);

/** What the routers of all versions have in common. */
interface Router {
  get(...args: unknown[]): Router;
  post(...args: unknown[]): Router;
  all(...args: unknown[]): Router;
  use(...args: unknown[]): Router;
  param(name: string, middleware: (value: string, ctx: Koa.Context, next: Koa.Next) => unknown): Router;
  prefix(path: string): Router;
  routes(): Koa.Middleware;
  allowedMethods(options?: object): Koa.Middleware;
}

export interface Major {
  major: number;
  name: string;
  Koa: typeof Koa;
}

/** Both majors, by npm alias; the contract asserts that each alias is what it says. */
export const MAJORS: Major[] = [2, 3].map((major) => ({
  major,
  name: `Koa ${major}`,
  Koa: require(`koa${major}`) as typeof Koa,
}));

export interface RouterPackage {
  name: string;
  /** What the package says of itself. */
  version: string;
  major: number;
  Router: new (options?: object) => Router;
}

/** The routers, by npm alias. */
export const ROUTERS: RouterPackage[] = [
  ['@koa/router-10', 10],
  ['@koa/router-12', 12],
  ['@koa/router-13', 13],
  ['@koa/router-14', 14],
  ['@koa/router', 15],
  ['koa-router-12', 12],
  ['koa-router-14', 14],
].map(([alias, major]) => ({
  name: `${String(alias).replace(/-\d+$/, '')} ${major}`,
  version: versionOf(String(alias)),
  major: Number(major),
  Router: require(String(alias)) as RouterPackage['Router'],
}));

/** Read as a file, because not every version exports its package.json; the entry is in a folder of its own in all. */
function versionOf(alias: string): string {
  const manifest = new URL('../package.json', pathToFileURL(require.resolve(alias)));
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
}

type Mount = (prefix: string, app: Koa | Koa.Middleware) => Koa.Middleware;
export const mount: Mount = require('koa-mount') as Mount;

export function adapterOf(
  { major, name, Koa }: Major,
  { name: routerName, Router }: RouterPackage,
): AdapterUnderTest {
  const { version } = require(`koa${major}/package.json`) as { version: string };
  return {
    name: `${name}, ${routerName}`,
    version: { actual: version, major },
    tellsPassing: false,
    startApp: (spec) => listen(buildApp(Koa, Router, spec)),
  };
}

/** Listens on an ephemeral port of 127.0.0.1. */
export async function listen(app: Koa): Promise<RunningApp & { server: ReturnType<Koa['listen']> }> {
  // Keeps Koa from printing the errors that tests provoke.
  app.silent = true;
  const server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    server,
    port: (server.address() as { port: number }).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

type NewRouter = RouterPackage['Router'];

function buildApp(App: typeof Koa, NewRouter: NewRouter, spec: AppSpec): Koa {
  const app = new App();
  // In Koa an error handler comes before what it handles the errors of.
  if (spec.some((step) => 'errorHandler' in step)) app.use(answerError);
  let router: Router | null = null;
  for (const step of spec) {
    if ('route' in step || 'router' in step) {
      if (router === null) {
        router = new NewRouter();
        app.use(router.routes());
      }
      addStep(NewRouter, router, step);
      continue;
    }
    router = null;
    if ('guard' in step) app.use(guarding(step));
    if ('middleware' in step) app.use(mount(step.middleware, handler(step.does)));
  }
  return app;
}

function addStep(NewRouter: NewRouter, router: Router, step: Step): void {
  if ('guard' in step) router.use(guarding(step));
  if ('route' in step) router[step.method ?? 'get'](step.route, handler(step.does));
  if (!('router' in step)) return;
  const nested = new NewRouter().prefix(step.router);
  for (const each of step.steps) addStep(NewRouter, nested, each);
  router.use(nested.routes());
}

function guarding({ guard, scope }: Extract<Step, { guard: unknown }>): Koa.Middleware {
  return leakGuard({ guard, ...(scope && { scope: (ctx) => scope(ctx.req, ctx.res) }) });
}

/** Behaviours answer by hand; Koa must not, unless they passed on. */
function handler(does: Behaviour): Koa.Middleware {
  return async (ctx, next) => {
    let hasPassed = false;
    const pass = () => {
      hasPassed = true;
      return next();
    };
    const done = does({ req: ctx.req, res: ctx.res, pass });
    if (!hasPassed) ctx.respond = false;
    await done;
  };
}

const answerError: Koa.Middleware = async (ctx, next) => {
  try {
    await next();
  } catch (error) {
    ctx.status = 500;
    ctx.body = (error as Error).message;
  }
};
