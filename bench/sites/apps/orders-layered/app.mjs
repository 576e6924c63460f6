import express from 'express';
import { int, pick } from '../urls.mjs';
import { OrderController } from './order-controller.mjs';
import { OrderJournal, recorders } from './order-journal.mjs';
import { OrderRepository } from './order-repository.mjs';
import { OrderService } from './order-service.mjs';
import { CUSTOMERS, ORDERS, seedCustomers, seedOrders } from './seed.mjs';

export function createApp(leak = null) {
  const journals = leak ? { [leak.route]: new OrderJournal(leak) } : {};
  const service = new OrderService(new OrderRepository(seedOrders(), journals), seedCustomers());
  const orders = new OrderController(service);

  const app = express();
  app.use(express.json());
  app.get('/orders', (req, res) => orders.list(req, res));
  app.post('/orders', (req, res) => orders.create(req, res));
  app.get('/orders/:id', (req, res) => orders.show(req, res));
  app.patch('/orders/:id/status', (req, res) => orders.setStatus(req, res));
  app.get('/orders/:id/invoice', (req, res) => orders.invoice(req, res));
  app.get('/orders/:id/history', (req, res) => orders.history(req, res));
  app.get('/customers/:id', (req, res) => orders.customer(req, res));
  app.get('/customers/:id/orders', (req, res) => orders.customerOrders(req, res));
  app.get('/stats/daily', (req, res) => orders.daily(req, res));
  app.get('/search', (req, res) => orders.search(req, res));
  return app;
}

const order = (random) => int(random, ORDERS);
const customer = (random) => int(random, CUSTOMERS);
const lines = (random) =>
  Array.from({ length: 1 + int(random, 5) }, () => ({
    sku: `sku-${int(random, 400)}`,
    quantity: 1,
    cents: int(random, 9000),
  }));

export const routes = [
  { method: 'GET', path: (r) => `/orders?offset=${order(r)}&limit=25`, pattern: 'GET /orders', weight: 15 },
  { method: 'GET', path: (r) => `/orders/${order(r)}`, pattern: 'GET /orders/:id', weight: 28 },
  {
    method: 'POST',
    path: () => '/orders',
    body: (r) => ({ lines: lines(r) }),
    pattern: 'POST /orders',
    weight: 8,
  },
  {
    method: 'PATCH',
    path: (r) => `/orders/${order(r)}/status`,
    body: (r) => ({ status: pick(r, ['paid', 'packed', 'shipped']) }),
    pattern: 'PATCH /orders/:id/status',
    weight: 6,
  },
  {
    method: 'GET',
    path: (r) => `/orders/${order(r)}/invoice`,
    pattern: 'GET /orders/:id/invoice',
    weight: 5,
  },
  {
    method: 'GET',
    path: (r) => `/orders/${order(r)}/history`,
    pattern: 'GET /orders/:id/history',
    weight: 2,
  },
  { method: 'GET', path: (r) => `/customers/${customer(r)}`, pattern: 'GET /customers/:id', weight: 12 },
  {
    method: 'GET',
    path: (r) => `/customers/${customer(r)}/orders`,
    pattern: 'GET /customers/:id/orders',
    weight: 10,
  },
  { method: 'GET', path: () => '/stats/daily', pattern: 'GET /stats/daily', weight: 4 },
  { method: 'GET', path: (r) => `/search?q=sku-${int(r, 40)}`, pattern: 'GET /search', weight: 10 },
];

const paths = {
  major: { scope: 'GET /orders/:id', entry: ['loadDetail', 'detail', 'show'] },
  minor: { scope: 'GET /orders/:id/invoice', entry: ['loadInvoice', 'invoice'] },
  rare: { scope: 'GET /orders/:id/history', entry: ['loadHistory', 'history'] },
};

const copying = ['object', 'closure', 'listener', 'timer', 'promise', 'map'];

export function truth(leak) {
  if (!leak) return null;
  const { scope, entry } = paths[leak.route];
  const allocating = [recorders[leak.kind], ...(copying.includes(leak.kind) ? ['copyLines'] : [])];
  return {
    scope,
    allocating,
    functions: [...allocating, 'record', ...entry],
    files: ['order-journal.mjs', 'order-repository.mjs', 'order-service.mjs', 'order-controller.mjs'],
  };
}
