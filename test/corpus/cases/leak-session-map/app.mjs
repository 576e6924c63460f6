import { randomUUID } from 'node:crypto';
import express from 'express5';
import * as w from '../_shared/work.cjs';

const ACTIVE_LIMIT = 400;

/** A shop with its own sessions. Nothing ever takes one out of `sessions` again: no logout, no expiry. */
export async function build({ guard } = {}) {
  const sessions = new Map();
  const recentIds = [];
  const app = express();
  if (guard) app.use(guard);
  app.use(express.json());

  app.post('/login', async (req, res) => {
    const user = await loadUser(req.body.user);
    const session = {
      id: randomUUID(),
      user,
      createdAt: new Date(),
      cart: [],
      history: w.rows(user.number, 20),
    };
    sessions.set(session.id, session);
    recentIds.push(session.id);
    if (recentIds.length > ACTIVE_LIMIT) recentIds.shift();
    res.status(201).json({ session: session.id, name: user.name });
  });
  app.get('/me', async (_req, res) => {
    const session = sessions.get(recentIds[Math.floor(recentIds.length / 2)]);
    await w.sleep(1);
    res.json({ name: session?.user.name ?? null, orders: session ? w.total(session.history) : 0 });
  });
  app.get('/products', (req, res) => res.json(w.rows(req.query.page, 30)));
  app.get('/products/:sku', async (req, res) => {
    const [product, reviews] = await Promise.all([loadRows(req.params.sku, 5), loadRows(req.params.sku, 20)]);
    res.json({ product, reviews });
  });
  app.get('/products/:sku/related', (req, res) => res.json(w.groupBy(w.rows(req.params.sku, 50), 'qty')));
  app.post('/search', async (req, res) => {
    const found = await loadRows(req.body.q.length, 40);
    res.json({ hits: found.length, page: w.html(found) });
  });
  app.get('/checkout/:order', async (req, res) => {
    await w.sleep(2);
    res.json({ order: req.params.order, total: w.total(w.rows(req.params.order, 30)) });
  });
  app.get('/invoices/:order', (req, res) => res.type('csv').send(w.csv(w.rows(req.params.order, 60))));
  app.get('/health', (_req, res) => res.json({ ok: true }));
  return { app };
}

async function loadUser(name) {
  await w.sleep(1);
  return {
    name,
    number: name.length * 7,
    email: `${name}@example.test`,
    roles: ['customer'],
    settings: { lang: 'en' },
  };
}

async function loadRows(seed, count) {
  await w.sleep(1);
  return w.rows(seed, count);
}
