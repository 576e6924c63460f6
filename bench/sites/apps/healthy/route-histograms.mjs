import { setTimeout as sleep } from 'node:timers/promises';
import express from 'express';
import { int } from '../urls.mjs';

const BOUNDS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000];

/** A histogram for each route and status: their number is bounded by the routes, not by the requests. */
class Metrics {
  #byLabel = new Map();

  observe(label, ms) {
    let histogram = this.#byLabel.get(label);
    if (!histogram) {
      histogram = { counts: new Float64Array(BOUNDS.length + 1), sum: new Float64Array(1) };
      this.#byLabel.set(label, histogram);
    }
    const bound = BOUNDS.findIndex((limit) => ms <= limit);
    histogram.counts[bound < 0 ? BOUNDS.length : bound]++;
    histogram.sum[0] += ms;
  }

  text() {
    const lines = [];
    for (const [label, { counts, sum }] of this.#byLabel) {
      for (const [n, count] of counts.entries())
        lines.push(`took_bucket{${label},le="${BOUNDS[n] ?? '+Inf'}"} ${count}`);
      lines.push(`took_sum{${label}} ${sum[0].toFixed(1)}`);
    }
    return lines.join('\n');
  }
}

export function createApp() {
  const metrics = new Metrics();
  const app = express();
  app.use((req, res, next) => {
    const started = performance.now();
    res.on('finish', () => {
      const route = `route="${req.method} ${req.route?.path}",status="${res.statusCode}"`;
      metrics.observe(route, performance.now() - started);
    });
    next();
  });
  app.get('/songs/:id', async (req, res) => {
    await sleep(int(Math.random, 5));
    res.json({ id: req.params.id, title: `Song ${req.params.id}`, seconds: 180 });
  });
  app.get('/songs/:id/lyrics', async (_req, res) => {
    await sleep(1);
    res.type('text/plain').send('La la la\n'.repeat(60));
  });
  app.get('/charts', (_req, res) =>
    res.json(Array.from({ length: 100 }, (_, n) => ({ rank: n, song: n * 7 }))),
  );
  app.post('/songs/:id/plays', (req, res) =>
    res.status(Number(req.params.id) % 9 ? 202 : 409).json({ ok: true }),
  );
  app.get('/metrics', (_req, res) => res.type('text/plain').send(metrics.text()));
  return app;
}

const song = (random) => int(random, 20_000);

export const routes = [
  { method: 'GET', path: (r) => `/songs/${song(r)}`, pattern: 'GET /songs/:id', weight: 45 },
  { method: 'GET', path: (r) => `/songs/${song(r)}/lyrics`, pattern: 'GET /songs/:id/lyrics', weight: 15 },
  { method: 'GET', path: () => '/charts', pattern: 'GET /charts', weight: 15 },
  { method: 'POST', path: (r) => `/songs/${song(r)}/plays`, pattern: 'POST /songs/:id/plays', weight: 22 },
  { method: 'GET', path: () => '/metrics', pattern: 'GET /metrics', weight: 3 },
];

export const truth = () => null;
