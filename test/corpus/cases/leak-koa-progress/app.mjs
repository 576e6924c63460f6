import { EventEmitter } from 'node:events';
import { Readable } from 'node:stream';
import Router from '@koa/router-15';
import mount from 'koa-mount';
import Koa from 'koa3';
import * as w from '../_shared/work.cjs';

/** Archives behind a mounted API. Every download listens to the shutdown notice, and stops listening only if it fails. */
export async function build({ guard } = {}) {
  const notices = new EventEmitter().setMaxListeners(0);
  const app = new Koa();
  if (guard) app.use(guard);
  app.use(mount('/help', (ctx) => answer(ctx, w.words(ctx.path.length, 120))));
  app.use(mount('/api', apiOf(notices)));
  app.use(new Router().get('/health', (ctx) => answer(ctx, 'ok')).routes());
  return { app, close: () => notices.emit('shutdown') };
}

function apiOf(notices) {
  const api = new Koa();
  const archive = new Router({ prefix: '/archives/:archive' });
  archive.get('/files/:id', (ctx) => {
    const lines = w.rows(ctx.params.id, 12);
    const body = Readable.from(lines.map(({ sku, qty }) => `${sku},${qty}\n`));
    const stop = () => body.destroy(new Error(`stopped at ${lines.length} lines of ${ctx.path}`));
    notices.once('shutdown', stop);
    body.once('error', () => notices.off('shutdown', stop));
    ctx.type = 'text/csv';
    ctx.body = body;
  });
  archive.get('/', async (ctx) => {
    await w.sleep(1);
    answer(ctx, { id: ctx.params.archive, files: w.rows(ctx.params.archive, 25) });
  });
  archive.get('/sums', (ctx) => answer(ctx, { sum: w.digest(w.csv(w.rows(ctx.params.archive, 40))) }));
  archive.get('/listing', (ctx) => answer(ctx, Readable.from([w.csv(w.rows(ctx.params.archive, 50))])));

  const router = new Router();
  router.use(archive.routes());
  router.post('/searches', async (ctx) => {
    await w.sleep(1);
    answer(ctx, w.groupBy(w.rows(ctx.get('content-length'), 60), 'qty'));
  });
  router.get('/quota/:user', (ctx) => answer(ctx, { left: w.total(w.rows(ctx.params.user, 10)) }));
  return api.use(router.routes());
}

function answer(ctx, body) {
  ctx.body = body;
}
