import express from 'express5';
import * as w from '../_shared/work.cjs';

/**
 * One route holds 100-300 KB of state per request over waits of up to 80 ms. Live memory follows how many of them are
 * in flight, and so the mix: a burst of them looks like growth.
 */
export async function build({ guard } = {}) {
  const app = express();
  if (guard) app.use(guard);
  app.use(express.json());

  app.post('/simulations', async (req, res) => {
    const particles = Array.from({ length: 1_500 }, (_unused, i) => ({
      x: i,
      y: i * 2,
      v: [i % 7, i % 11],
      tag: `p${i}`,
    }));
    for (let step = 0; step < req.body.steps; step++) {
      await w.sleep(20);
      for (const particle of particles) particle.x += particle.v[0];
    }
    res.status(201).json({ energy: particles.reduce((sum, { x, y }) => sum + x + y, 0) });
  });
  app.post('/renders', async (req, res) => {
    const canvas = Buffer.alloc(200_000, req.body.shade);
    await w.sleep(40);
    res.json({ hash: w.digest(canvas) });
  });
  app.get('/simulations/:id', async (req, res) => {
    await w.sleep(1);
    res.json({ id: req.params.id, runs: w.rows(req.params.id, 20) });
  });
  app.get('/models/:id', (req, res) => res.json(w.rows(req.params.id, 40)));
  app.get('/models/:id/source', (req, res) => res.type('text').send(w.words(req.params.id, 250)));
  app.get('/models/:id/stats', (req, res) => res.json(w.groupBy(w.rows(req.params.id, 60), 'qty')));
  app.get('/queue', (_req, res) => res.json({ ok: true }));
  return { app };
}
