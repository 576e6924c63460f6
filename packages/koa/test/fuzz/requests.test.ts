import { METHODS } from 'node:http';
import type Koa from 'koa';
import { describeAnyRequests } from '../../../../test/fuzz/any-request.ts';
import { leakGuard } from '../../src/index.ts';
import { serve } from '../guarded-app.ts';
import { MAJORS, mount, ROUTERS, type RouterPackage } from '../majors.ts';

/** Every name that the app below can have; nothing of a URL is among them. */
const NAMES: ReadonlySet<string> = new Set([
  '(unmatched)',
  ...[...METHODS, 'OTHER'].flatMap((method) =>
    [
      '/users/:id',
      '/orgs/:org/items/:item',
      '/orgs/:org (middleware)',
      '/files (middleware)',
      '/files/deep/:x',
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

function build(App: typeof Koa, Router: RouterPackage['Router'], app: Koa): void {
  const router = new Router();
  const orgs = new Router({ prefix: '/orgs/:org' });
  orgs.use((ctx: Koa.Context, next: Koa.Next) => (ctx.url.length % 3 === 0 ? ctx.throw(401) : next()));
  orgs.get('/items/:item', (ctx: Koa.Context) => Object.assign(ctx, { body: ctx.params }));
  router.get('/users/:id', (ctx: Koa.Context) => Object.assign(ctx, { body: ctx.params }));
  router.use(orgs.routes());
  router.get(/^\/raw\/(.+)$/, (ctx: Koa.Context) => Object.assign(ctx, { body: { all: ctx.captures } }));
  router.all('/any', (ctx: Koa.Context) => Object.assign(ctx, { body: [ctx.method, ctx.query] }));
  router.get(['/one/:x', '/two/:x'], (ctx: Koa.Context) => Object.assign(ctx, { body: ctx.params }));
  router.get('/throws/:what', (ctx: Koa.Context) => ctx.throw(418, ctx.params.what));
  router.get('/passes', (_ctx: Koa.Context, next: Koa.Next) => next());
  const files = new App();
  files.use((ctx, next) => (ctx.url.length % 2 === 0 ? Object.assign(ctx, { body: ctx.url }) : next()));
  files.use(
    new Router().get('/deep/:x', (ctx: Koa.Context) => Object.assign(ctx, { body: ctx.url })).routes(),
  );
  app.use(router.routes()).use(router.allowedMethods()).use(mount('/files', files));
  app.use(mount('/answers', (ctx) => Object.assign(ctx, { body: ctx.originalUrl })));
}

for (const [at, { name, Koa }] of MAJORS.entries()) {
  // One router of each half: with path-to-regexp 6, and with 8.
  const router = ROUTERS.at(at === 0 ? 1 : 4)!;
  describeAnyRequests({
    name: `${name} with ${router.name}`,
    names: NAMES,
    leakGuard,
    async start(middleware) {
      const app = new Koa();
      if (middleware !== undefined) app.use(middleware as never);
      build(Koa, router.Router, app);
      return (await serve(app)).port;
    },
  });
}
