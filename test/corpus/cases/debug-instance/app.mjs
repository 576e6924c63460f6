import Router from '@koa/router';
import createDebug from 'debug';
import Koa from 'koa';
import * as w from '../_shared/work.cjs';

const log = createDebug('shop:app');
export async function build({ guard } = {}) {
  const app = new Koa();
  if (guard) app.use(guard);
  const r = new Router();
  // A logger per request, so that lines carry the handler's name: the documented factory, called in the handler.
  r.get('/orders/:id', (ctx) => {
    const debug = createDebug('shop:orders');
    const lines = w.rows(ctx.params.id, 25);
    debug('order %s has %d lines', ctx.params.id, lines.length);
    ctx.body = { id: ctx.params.id, lines, total: w.total(lines) };
  });
  r.get('/orders/:id/csv', (ctx) => {
    log('csv %s', ctx.params.id);
    ctx.type = 'text/csv';
    ctx.body = w.csv(w.rows(ctx.params.id, 40));
  });
  r.get('/products/:id', (ctx) => {
    ctx.body = { id: ctx.params.id, text: w.words(ctx.params.id, 80) };
  });
  r.get('/products/:id/related', (ctx) => {
    ctx.body = w.rows(ctx.params.id, 30);
  });
  r.get('/stock/:id', (ctx) => {
    log('stock');
    ctx.body = w.groupBy(w.rows(ctx.params.id, 40), 'qty');
  });
  r.get('/prices/:id', (ctx) => {
    ctx.body = { price: w.total(w.rows(ctx.params.id, 5)) };
  });
  r.get('/pages/:slug', (ctx) => {
    ctx.type = 'html';
    ctx.body = w.html(w.rows(ctx.params.slug.length, 25));
  });
  r.get('/thumbs/:n', (ctx) => {
    ctx.body = w.buffer(8192, ctx.params.n);
  });
  r.get('/health', (ctx) => {
    ctx.body = 'ok';
  });
  app.use(r.routes());
  return { app };
}
