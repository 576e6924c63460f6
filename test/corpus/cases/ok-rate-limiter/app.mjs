import express from 'express5';
import * as w from '../_shared/work.cjs';

const WINDOW_MS = 2_000;
const LIMIT = 12;

/** Requests are counted per key in windows of two seconds; two windows are held. Keys are almost always new ones. */
export async function build({ guard } = {}) {
  let current = new Map();
  let previous = new Map();
  const rotation = setInterval(() => {
    previous = current;
    current = new Map();
  }, WINDOW_MS);
  const app = express();
  if (guard) app.use(guard);
  app.use((req, res, next) => {
    const key = req.get('x-api-key') ?? req.ip;
    const hits = current.get(key) ?? { stamps: [], paths: new Set() };
    hits.stamps.push(Date.now());
    hits.paths.add(req.path);
    current.set(key, hits);
    const used = hits.stamps.length + (previous.get(key)?.stamps.length ?? 0) / 2;
    res.set('x-ratelimit-remaining', String(Math.max(0, Math.floor(LIMIT - used))));
    if (used > LIMIT) res.status(429).json({ error: 'slow down' });
    else next();
  });
  app.use(express.json());

  app.get('/weather/:city', async (req, res) => {
    await w.sleep(1);
    res.json({ city: req.params.city, hours: w.rows(req.params.city, 24) });
  });
  app.get('/weather/:city/radar', (req, res) => res.json(w.buffer(30_000, req.params.city)));
  app.post('/alerts', async (req, res) => {
    await w.sleep(1);
    res.status(201).json({ id: w.digest(JSON.stringify(req.body)).slice(0, 12) });
  });
  app.get('/alerts/:id', (req, res) => res.json({ id: req.params.id, text: w.words(req.params.id, 80) }));
  app.get('/climate/:year', (req, res) => res.json(w.groupBy(w.rows(req.params.year, 80), 'qty')));
  app.get('/climate/:year/csv', (req, res) => res.type('csv').send(w.csv(w.rows(req.params.year, 60))));
  return { app, close: () => clearInterval(rotation) };
}
