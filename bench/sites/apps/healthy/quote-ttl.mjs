import { setTimeout as sleep } from 'node:timers/promises';
import express from 'express';
import { int } from '../urls.mjs';

/** A map whose entries each last a minute: it grows for the first minute and is swept from then on. */
class TtlMap {
  #entries = new Map();
  #ttl;

  constructor(ttl) {
    this.#ttl = ttl;
    setInterval(() => this.sweep(), ttl / 4).unref();
  }

  get(key) {
    const entry = this.#entries.get(key);
    return entry && entry.until > performance.now() ? entry.value : undefined;
  }

  set(key, value) {
    this.#entries.set(key, { value, until: performance.now() + this.#ttl });
  }

  sweep() {
    const now = performance.now();
    for (const [key, entry] of this.#entries) if (entry.until <= now) this.#entries.delete(key);
  }
}

export function createApp(_leak = null, { ttl = 60_000 } = {}) {
  const quotes = new TtlMap(ttl);
  async function quote(pair, amount) {
    const key = `${pair}/${amount}`;
    let value = quotes.get(key);
    if (!value) {
      await sleep(2);
      value = { pair, amount, steps: Array.from({ length: 20 }, (_, n) => amount * (1 + n / 100)) };
      quotes.set(key, value);
    }
    return value;
  }

  const app = express();
  app.get('/quote/:pair/:amount', async (req, res) => {
    res.json(await quote(req.params.pair, Number(req.params.amount) || 1));
  });
  app.get('/pairs', (_req, res) =>
    res.json(
      Array.from({ length: 60 }, (_, n) => `P${n}`)
        .sort()
        .reverse(),
    ),
  );
  app.get('/pairs/:pair', async (req, res) => {
    await sleep(1);
    res.json({ pair: req.params.pair, spread: 0.01, text: `About ${req.params.pair}. `.repeat(12) });
  });
  app.get('/status', (_req, res) => res.json({ ok: true }));
  return app;
}

export const routes = [
  {
    method: 'GET',
    path: (r) => `/quote/P${int(r, 60)}/${int(r, 100_000)}`,
    pattern: 'GET /quote/:pair/:amount',
    weight: 40,
  },
  { method: 'GET', path: () => '/pairs', pattern: 'GET /pairs', weight: 25 },
  { method: 'GET', path: (r) => `/pairs/P${int(r, 60)}`, pattern: 'GET /pairs/:pair', weight: 25 },
  { method: 'GET', path: () => '/status', pattern: 'GET /status', weight: 10 },
];

export const truth = () => null;

export const check = { options: { ttl: 400 }, wait: 700 };
