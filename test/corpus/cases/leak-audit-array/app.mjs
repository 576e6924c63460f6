import express from 'express5';
import * as w from '../_shared/work.cjs';

/** Orders with an audit trail in memory: "we will write it out in batches later". */
export async function build({ guard } = {}) {
  const trail = [];
  const app = express();
  if (guard) app.use(guard);
  app.use(express.json());
  app.use((req, _res, next) => {
    req.startedAt = performance.now();
    next();
  });

  const orders = express.Router({ mergeParams: true });
  orders.post('/', async (req, res) => {
    const order = await place(req.body);
    trail.push(auditEntry(req, order));
    res.status(201).json({ id: order.id, total: order.total });
  });
  orders.get('/', async (req, res) => {
    await w.sleep(1);
    res.json(w.rows(req.params.customer, 30));
  });
  orders.get('/:order', async (req, res) => {
    await w.sleep(1);
    res.json({ id: req.params.order, lines: w.rows(req.params.order, 12) });
  });
  orders.patch('/:order', async (req, res) => {
    await w.sleep(1);
    res.json({ id: req.params.order, hash: w.digest(JSON.stringify(req.body)) });
  });
  orders.get('/:order/label', (req, res) => res.type('text').send(w.words(req.params.order, 80)));
  app.use('/customers/:customer/orders', orders);

  app.get('/stock/:sku', (req, res) => res.json(w.groupBy(w.rows(req.params.sku, 50), 'qty')));
  app.get('/prices', async (req, res) => {
    const lists = await Promise.all(
      [1, 2, 3].map((list) => delayed(w.rows(Number(req.query.list) + list, 20))),
    );
    res.json(lists.map(w.total));
  });
  app.get('/audit/size', (_req, res) => res.json({ entries: trail.length }));
  return { app };
}

async function place({ sku, quantity, note }) {
  await w.sleep(2);
  return { id: w.digest(`${sku}${note}`).slice(0, 16), sku, quantity, total: quantity * 12.5 };
}

function auditEntry(req, order) {
  const who = { ip: req.ip, agent: req.get('user-agent'), customer: req.params.customer };
  const changes = w.rows(order.quantity, 3);
  return {
    at: new Date(),
    tookMs: performance.now() - req.startedAt,
    who,
    order,
    note: req.body.note,
    changes,
  };
}

async function delayed(value) {
  await w.sleep(1);
  return value;
}
