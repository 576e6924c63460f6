import express from 'express5';
import * as w from '../_shared/work.cjs';

const SLOW_ONE_IN = 20;

/** "Keep the slow ones for a look at them": the request objects themselves are kept, about 5 % of one route's. */
export async function build({ guard } = {}) {
  const slowRequests = [];
  const app = express();
  if (guard) app.use(guard);
  app.use(express.json());

  app.get('/search', async (req, res) => {
    const work = Number.parseInt(w.digest(req.query.q).slice(0, 6), 16);
    const hits = await query(req.query.q, work % SLOW_ONE_IN === 0 ? 3 : 1);
    if (work % SLOW_ONE_IN === 0) slowRequests.push(req);
    res.json({ hits: hits.length, first: hits[0], total: w.total(hits) });
  });
  app.get('/suggest', (req, res) => res.json(w.words(req.query.q.length, 30).split(' ')));
  app.get('/documents/:id', async (req, res) => {
    const [body, links] = await Promise.all([query(req.params.id, 1), query(`${req.params.id}9`, 1)]);
    res.json({ body: w.html(body), links: links.length });
  });
  app.get('/documents/:id/text', (req, res) => res.type('text').send(w.words(req.params.id, 300)));
  app.put('/documents/:id', async (req, res) => {
    await w.sleep(1);
    res.json({ id: req.params.id, hash: w.digest(JSON.stringify(req.body)) });
  });
  app.get('/facets/:field', (req, res) => res.json(w.groupBy(w.rows(req.params.field.length, 60), 'qty')));
  app.post('/feedback', (req, res) => res.status(202).json({ id: w.digest(req.body.text).slice(0, 12) }));
  app.get('/export', (req, res) => res.type('bin').send(w.gzip(w.csv(w.rows(req.query.page, 50)))));
  app.get('/slow/count', (_req, res) => res.json({ count: slowRequests.length }));
  return { app };
}

async function query(text, ms) {
  await w.sleep(ms);
  return w.rows(text.length, 25);
}
