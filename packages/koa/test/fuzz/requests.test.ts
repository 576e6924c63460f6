import { METHODS } from 'node:http';
import { createGuard } from '@leakguard/core';
import { type RecordingGuard, recordingGuard } from '@leakguard/test-utils';
import type Koa from 'koa';
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
import { listen, MAJORS, mount, ROUTERS, type RouterPackage } from '../majors.ts';

watchForRejections();

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

const PAIRS = MAJORS.map((major, at) => ({ ...major, router: ROUTERS.at(at === 0 ? 1 : 4)! }));

describe.each(PAIRS)(`$name with $router.name under any requests (seed ${FUZZ_SEED})`, ({ Koa, router }) => {
  async function start(...first: Koa.Middleware[]): Promise<number> {
    const app = new Koa();
    for (const each of first) app.use(each);
    build(Koa, router.Router, app);
    const running = await listen(app);
    onTestFinished(() => running.close());
    return running.port;
  }

  it('counts each under a pattern, shows no URL, and changes no answer', async () => {
    let arrived = 0;
    let guard: RecordingGuard;
    let middleware: Koa.Middleware;
    const plain = await start();
    const guarded = await start((ctx, next) => {
      arrived += 1;
      return middleware(ctx, next);
    });
    const agent = startAgent();
    await fc.assert(
      fc.asyncProperty(fc.array(anySent, { minLength: 1, maxLength: 8 }), async (sent) => {
        arrived = 0;
        guard = recordingGuard();
        middleware = leakGuard({ guard });
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
    let middleware: Koa.Middleware;
    const port = await start((ctx, next) => {
      arrived += 1;
      return middleware(ctx, next);
    });
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
