import { setTimeout as sleep } from 'node:timers/promises';
import express from 'express';
import { int } from '../urls.mjs';

/** Sessions of the window that runs and of the one before it; older ones go all at once. */
function createSessions(window) {
  let current = new Map();
  let previous = new Map();
  setInterval(() => {
    previous = current;
    current = new Map();
  }, window).unref();

  return function touchSession(id) {
    const session = current.get(id) ?? previous.get(id) ?? { id, pages: [], basket: [], since: Date.now() };
    current.set(id, session);
    return session;
  };
}

export function createApp(_leak = null, { window = 30_000 } = {}) {
  const touchSession = createSessions(window);
  const app = express();
  app.use('/shop', async (req, _res, next) => {
    req.session = touchSession(String(req.query.session ?? 'none'));
    req.session.pages = [...req.session.pages, req.path].slice(-8);
    await sleep(1);
    next();
  });
  app.get('/shop/home', (req, res) =>
    res.json({ seen: req.session.pages, offers: new Array(20).fill('offer') }),
  );
  app.get('/shop/items/:id', (req, res) => res.json({ id: req.params.id, text: 'A fine item. '.repeat(30) }));
  app.post('/shop/basket/:id', (req, res) => {
    req.session.basket = [...req.session.basket, req.params.id].slice(-10);
    res.json(req.session.basket);
  });
  app.get('/shop/basket', (req, res) => res.json({ items: req.session.basket, since: req.session.since }));
  app.get('/ping', (_req, res) => res.json({ ok: true }));
  return app;
}

const session = (random) => `session=s${int(random, 50_000)}`;

export const routes = [
  { method: 'GET', path: (r) => `/shop/home?${session(r)}`, pattern: 'GET /shop/home', weight: 35 },
  {
    method: 'GET',
    path: (r) => `/shop/items/${int(r, 500)}?${session(r)}`,
    pattern: 'GET /shop/items/:id',
    weight: 30,
  },
  {
    method: 'POST',
    path: (r) => `/shop/basket/${int(r, 500)}?${session(r)}`,
    pattern: 'POST /shop/basket/:id',
    weight: 12,
  },
  { method: 'GET', path: (r) => `/shop/basket?${session(r)}`, pattern: 'GET /shop/basket', weight: 13 },
  { method: 'GET', path: () => '/ping', pattern: 'GET /ping', weight: 10 },
];

export const truth = () => null;

export const check = { options: { window: 250 }, wait: 700 };
