import express from 'express';
import * as w from '../_shared/work.cjs';

const RING = 1_200;

/** A debug view keeps the last 1,200 requests with headers and body (about 3 MB), whatever their route. */
export async function build({ guard } = {}) {
  const ring = new Array(RING).fill(null);
  let written = 0;
  const app = express();
  if (guard) app.use(guard);
  app.use(express.json());
  app.use((req, res, next) => {
    const entry = {
      method: req.method,
      url: req.url,
      headers: { ...req.headers },
      body: req.body,
      at: Date.now(),
    };
    ring[written++ % RING] = entry;
    res.on('finish', () => {
      entry.status = res.statusCode;
      entry.tookMs = Date.now() - entry.at;
    });
    next();
  });

  app.get('/debug/requests', (_req, res) => res.json(ring.slice(0, 20)));
  app.post('/documents', async (req, res) => {
    await w.sleep(1);
    res.status(201).json({ id: w.digest(req.body.text).slice(0, 16) });
  });
  app.get('/documents/:id', async (req, res) => {
    await w.sleep(1);
    res.json({ id: req.params.id, parts: w.rows(req.params.id, 30) });
  });
  app.get('/documents/:id/text', (req, res) => res.type('text').send(w.words(req.params.id, 300)));
  app.patch('/documents/:id', (req, res) =>
    res.json({ id: req.params.id, hash: w.digest(JSON.stringify(req.body)) }),
  );
  app.get('/folders/:id', (req, res) => res.json(w.groupBy(w.rows(req.params.id, 60), 'qty')));
  app.get('/folders/:id/csv', (req, res) => res.type('csv').send(w.csv(w.rows(req.params.id, 50))));
  return { app };
}
