import { setTimeout as sleep } from 'node:timers/promises';
import express from 'express';
import { int } from '../urls.mjs';

const RECENT = 1000;

/** The last thousand requests, each with its headers, for a page that shows them. */
class Ring {
  #slots = new Array(RECENT).fill(null);
  #next = 0;

  push(entry) {
    this.#slots[this.#next] = entry;
    this.#next = (this.#next + 1) % RECENT;
  }

  last(count) {
    return Array.from(
      { length: count },
      (_, n) => this.#slots[(this.#next - 1 - n + RECENT) % RECENT],
    ).filter(Boolean);
  }
}

export function createApp() {
  const recent = new Ring();
  const app = express();
  app.use((req, res, next) => {
    const started = performance.now();
    res.on('finish', function remember() {
      const took = Math.round(performance.now() - started);
      recent.push({ url: req.originalUrl, headers: { ...req.headers }, status: res.statusCode, took });
    });
    next();
  });
  app.get('/news/:id', async (req, res) => {
    await sleep(int(Math.random, 4));
    res.json({ id: req.params.id, text: 'It was said today. '.repeat(20) });
  });
  app.get('/news', (_req, res) =>
    res.json(Array.from({ length: 40 }, (_, id) => ({ id, title: `News ${id}` }))),
  );
  app.get('/debug/recent', (_req, res) => res.json(recent.last(20)));
  app.get('/debug/slow', (_req, res) => {
    res.json(
      recent
        .last(RECENT)
        .sort((a, b) => b.took - a.took)
        .slice(0, 10),
    );
  });
  return app;
}

export const routes = [
  { method: 'GET', path: (r) => `/news/${int(r, 10_000)}`, pattern: 'GET /news/:id', weight: 60 },
  { method: 'GET', path: () => '/news', pattern: 'GET /news', weight: 25 },
  { method: 'GET', path: () => '/debug/recent', pattern: 'GET /debug/recent', weight: 10 },
  { method: 'GET', path: () => '/debug/slow', pattern: 'GET /debug/slow', weight: 5 },
];

export const truth = () => null;

export const check = { fill: Array.from({ length: RECENT + 100 }, (_, id) => `/news/${id}`) };
