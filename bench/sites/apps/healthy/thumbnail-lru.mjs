import { setTimeout as sleep } from 'node:timers/promises';
import express from 'express';
import { LRUCache } from 'lru-cache';
import { int } from '../urls.mjs';

const IDS = 15_000;
const ENTRIES = 4000;

/** A cache that fills for as long as most tests last, and then stays as it is. */
export function createApp() {
  const cache = new LRUCache({ max: ENTRIES });
  const drawThumb = async (id) => {
    await sleep(1);
    return {
      id,
      pixels: Array.from({ length: 40 + (id % 40) }, (_, n) => (n * id) % 255),
      alt: `Picture ${id}`,
    };
  };
  const thumbOf = async (id) => {
    const cached = cache.get(id);
    if (cached) return cached;
    const thumb = await drawThumb(id);
    cache.set(id, thumb);
    return thumb;
  };

  const app = express();
  app.get('/thumbs/:id', async (req, res) => res.json(await thumbOf(Number(req.params.id) || 0)));
  app.get('/albums/:id', async (req, res) => {
    const first = Number(req.params.id) || 0;
    res.json(Array.from({ length: 12 }, (_, n) => ({ id: first + n, href: `/thumbs/${first + n}` })));
  });
  app.get('/albums', (_req, res) =>
    res.json(Array.from({ length: 50 }, (_, id) => ({ id, title: `Album ${id}` }))),
  );
  app.get('/cache', (_req, res) => res.json({ size: cache.size, max: cache.max }));
  return app;
}

export const routes = [
  { method: 'GET', path: (r) => `/thumbs/${int(r, IDS)}`, pattern: 'GET /thumbs/:id', weight: 55 },
  { method: 'GET', path: (r) => `/albums/${int(r, 900)}`, pattern: 'GET /albums/:id', weight: 25 },
  { method: 'GET', path: () => '/albums', pattern: 'GET /albums', weight: 15 },
  { method: 'GET', path: () => '/cache', pattern: 'GET /cache', weight: 5 },
];

export const truth = () => null;

export const check = { fill: Array.from({ length: ENTRIES + 100 }, (_, id) => `/thumbs/${id}`) };
