import Router from '@koa/router';
import Keyv from 'keyv';
import Koa from 'koa';
import * as w from '../_shared/work.cjs';

// Thumbnails kept for two seconds as plain Buffers (no serialization, as documented for in-memory use).
const thumbs = new Keyv({ store: new Map(), ttl: 2000, serialize: (v) => v, deserialize: (v) => v });
export async function build({ guard } = {}) {
  const app = new Koa();
  if (guard) app.use(guard);
  const r = new Router();
  const draw = (n, size) => Buffer.alloc(size, n & 255);
  r.get('/thumbs/:id', async (ctx) => {
    let b = await thumbs.get(ctx.params.id);
    if (!b) {
      b = draw(Number(ctx.params.id), 16384);
      await thumbs.set(ctx.params.id, b);
    }
    ctx.type = 'image/png';
    ctx.body = b;
  });
  r.get('/originals/:id', (ctx) => {
    ctx.type = 'image/png';
    ctx.body = draw(Number(ctx.params.id), 65536);
  });
  r.get('/photos/:id', (ctx) => {
    ctx.body = { id: ctx.params.id, exif: w.rows(ctx.params.id, 20) };
  });
  r.get('/albums/:id', (ctx) => {
    ctx.body = w.rows(ctx.params.id, 40);
  });
  r.get('/albums/:id/csv', (ctx) => {
    ctx.type = 'text/csv';
    ctx.body = w.csv(w.rows(ctx.params.id, 60));
  });
  r.get('/faces/:n', (ctx) => {
    ctx.body = w.buffer(49152, ctx.params.n);
  });
  r.get('/captions/:id', (ctx) => {
    ctx.body = { text: w.words(ctx.params.id, 100) };
  });
  r.get('/page/:id', (ctx) => {
    ctx.type = 'html';
    ctx.body = w.html(w.rows(ctx.params.id, 30));
  });
  r.get('/zip/:id', (ctx) => {
    ctx.type = 'bin';
    ctx.body = w.gzip(w.csv(w.rows(ctx.params.id, 40)));
  });
  app.use(r.routes());
  return { app };
}
