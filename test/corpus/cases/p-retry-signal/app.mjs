import Router from '@koa/router';
import Koa from 'koa';
import pRetry from 'p-retry';
import * as w from '../_shared/work.cjs';
export async function build({ guard } = {}) {
  const app = new Koa();
  const shutdown = new AbortController(); // lives as long as the server
  if (guard) app.use(guard);
  const r = new Router();
  const fetchRate = async (c, day) => {
    await null;
    return { currency: c, day, table: w.rows(day, 10) };
  };
  r.get('/rates/:currency/:day', async (ctx) => {
    ctx.body = await pRetry(() => fetchRate(ctx.params.currency, ctx.params.day), {
      retries: 3,
      signal: shutdown.signal,
    });
  });
  r.get('/convert/:amount', (ctx) => {
    ctx.body = { eur: ctx.params.amount * 0.9, audit: w.digest(ctx.params.amount) };
  });
  r.get('/currencies', (ctx) => {
    ctx.body = w.rows(9, 30);
  });
  r.get('/currencies/:id', async (ctx) => {
    ctx.body = await pRetry(async () => ({ id: ctx.params.id, text: w.words(ctx.params.id.length, 50) }), {
      retries: 2,
    });
  });
  r.get('/series/:id', (ctx) => {
    ctx.body = w.rows(ctx.params.id, 60).map((x) => x.price);
  });
  r.get('/series/:id/csv', (ctx) => {
    ctx.type = 'text/csv';
    ctx.body = w.csv(w.rows(ctx.params.id, 60));
  });
  r.get('/charts/:id', (ctx) => {
    ctx.type = 'html';
    ctx.body = w.html(w.rows(ctx.params.id, 30));
  });
  r.get('/alerts/:user', (ctx) => {
    ctx.body = w.groupBy(w.rows(ctx.params.user, 40), 'qty');
  });
  r.get('/health', (ctx) => {
    ctx.body = 'ok';
  });
  app.use(r.routes());
  return { app, close: () => shutdown.abort() };
}
