import { EventEmitter } from 'node:events';
import { Readable } from 'node:stream';
import Router from '@koa/router-15';
import Koa from 'koa3';
import * as w from '../_shared/work.cjs';

const MAX_SESSIONS = 1_500;

/** Shops with sessions in memory: the store fills to 1,500 (some 6 MB) and drops its oldest from then on. */
export async function build({ guard } = {}) {
  const sessions = new Map();
  const notices = new EventEmitter().setMaxListeners(0);
  const contexts = new WeakMap();
  const app = new Koa();
  if (guard) app.use(guard);
  // Keeps something per request, but only for as long as the request is kept.
  app.use((ctx, next) => {
    contexts.set(ctx, { at: Date.now(), trail: w.words(ctx.url.length, 20) });
    return next();
  });
  const root = new Router();
  root.use(shopRoutes(sessions).routes());
  root.get('/exports/:id', (ctx) => exportOf(ctx, notices));
  root.get('/health', (ctx) => {
    ctx.body = { sessions: sessions.size, known: contexts.has(ctx) };
  });
  app.use(root.routes()).use(root.allowedMethods());
  return { app, close: () => notices.removeAllListeners() };
}

function shopRoutes(sessions) {
  const shop = new Router({ prefix: '/shops/:shop' });
  shop.post('/sessions', async (ctx) => {
    await w.sleep(1);
    const id = w.digest(`${ctx.params.shop} ${performance.now()} ${sessions.size}`);
    sessions.set(id, { id, cart: w.rows(ctx.params.shop, 18), seen: Date.now() });
    if (sessions.size > MAX_SESSIONS) sessions.delete(sessions.keys().next().value);
    ctx.status = 201;
    ctx.body = { id };
  });
  shop.get('/sessions/current', (ctx) => {
    const [newest] = [...sessions.values()].slice(-1);
    ctx.body = { total: newest === undefined ? 0 : w.total(newest.cart) };
  });
  shop.get('/items', (ctx) => {
    ctx.body = w.rows(ctx.query.page, 30);
  });
  shop.get('/items/:sku', async (ctx) => {
    await w.sleep(1);
    ctx.body = { sku: ctx.params.sku, text: w.words(ctx.params.sku, 60) };
  });
  shop.get('/items/:sku/image', (ctx) => {
    ctx.type = 'image/png';
    ctx.body = Buffer.alloc(32_768, Number(ctx.params.sku) & 255);
  });
  return shop;
}

/** A listener per request, and a timer, both taken off when the answer is out. */
function exportOf(ctx, notices) {
  const body = Readable.from([w.csv(w.rows(ctx.params.id, 40))]);
  const stop = () => body.destroy();
  const timer = setTimeout(stop, 60_000);
  notices.once('shutdown', stop);
  body.once('close', () => {
    clearTimeout(timer);
    notices.off('shutdown', stop);
  });
  ctx.type = 'text/csv';
  ctx.body = body;
}
