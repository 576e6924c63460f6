import express from 'express';
import { LRUCache } from 'lru-cache';
import * as w from '../_shared/work.cjs';
export async function build({ guard } = {}) {
  const cache = new LRUCache({ max: 4000 }); // about 25 MB when full
  const app = express();
  if (guard) app.use(guard);
  app.use(express.json());
  app.get('/profiles/:id', (req, res) => {
    let p = cache.get(req.params.id);
    if (!p) {
      p = w.rows(req.params.id, 25);
      cache.set(req.params.id, p);
    }
    res.json(p);
  });
  app.get('/profiles/:id/badge', (req, res) =>
    res.json({ id: req.params.id, hash: w.digest(req.params.id) }),
  );
  app.get('/feeds/:id', (req, res) => res.json(w.rows(req.params.id, 25)));
  app.get('/feeds/:id/csv', (req, res) => res.type('csv').send(w.csv(w.rows(req.params.id, 50))));
  app.get('/stats/:day', (req, res) => res.json(w.groupBy(w.rows(req.params.day, 60), 'qty')));
  app.get('/page/:id', (req, res) => res.send(w.html(w.rows(req.params.id, 30))));
  app.post('/follow', (req, res) => res.json({ id: w.digest(JSON.stringify(req.body)) }));
  app.get('/avatar/:n', (req, res) => res.json(w.buffer(16000, req.params.n)));
  app.get('/health', (_req, res) => res.json({ ok: true }));
  return { app };
}
