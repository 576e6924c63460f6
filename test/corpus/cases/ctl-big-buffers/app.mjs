import { createHash } from 'node:crypto';
import Router from '@koa/router';
import Koa from 'koa';
import * as w from '../_shared/work.cjs';
export async function build({ guard } = {}) {
  const app = new Koa();
  if (guard) app.use(guard);
  const r = new Router();
  r.get('/archive/:n', async (ctx) => {
    // one to four MB that is gone when the answer is out
    const size = (1 + (ctx.params.n % 4)) << 20;
    const parts = [];
    for (let at = 0; at < size; at += 262144) parts.push(Buffer.alloc(262144, at & 255));
    await w.sleep(2);
    ctx.body = { size, sha: createHash('sha1').update(Buffer.concat(parts)).digest('hex') };
  });
  r.get('/matrix/:n', (ctx) => {
    const f = new Float64Array(65536 + (ctx.params.n % 8) * 4096).fill(ctx.params.n);
    ctx.body = { n: f.length, first: f[0] };
  });
  r.get('/objects/:n', (ctx) => {
    ctx.body = { n: w.rows(ctx.params.n, 1500).filter((x) => x.qty > 5).length };
  });
  r.get('/zip/:n', (ctx) => {
    ctx.body = { n: w.gzip(w.csv(w.rows(ctx.params.n, 300))).length };
  });
  r.get('/users/:id', (ctx) => {
    ctx.body = w.rows(ctx.params.id, 20);
  });
  r.get('/users/:id/csv', (ctx) => {
    ctx.type = 'text/csv';
    ctx.body = w.csv(w.rows(ctx.params.id, 40));
  });
  r.get('/stats/:id', (ctx) => {
    ctx.body = w.groupBy(w.rows(ctx.params.id, 60), 'qty');
  });
  r.get('/health', (ctx) => {
    ctx.body = 'ok';
  });
  app.use(r.routes());
  return { app };
}
