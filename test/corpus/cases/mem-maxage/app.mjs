import express from 'express';
import mem from 'mem';
import * as w from '../_shared/work.cjs';

const loadQuote = async (key) => ({ key, asOf: Date.now(), bars: w.rows(key.length, 8).map((x) => x.price) });
// Documented use: memoize for a short time. Keys do not come back after the trading minute is over.
const quote = mem(loadQuote, { maxAge: 200 });
export async function build({ guard } = {}) {
  const app = express();
  if (guard) app.use(guard);
  app.use(express.json());
  app.get('/quotes/:symbol/:minute', async (req, res, next) => {
    try {
      res.json(await quote(`${req.params.symbol}:${req.params.minute}`));
    } catch (e) {
      next(e);
    }
  });
  app.get('/symbols', (_req, res) => res.json(w.rows(7, 40).map((x) => x.sku)));
  app.get('/symbols/:symbol', (req, res) =>
    res.json({ symbol: req.params.symbol, about: w.words(req.params.symbol.length, 90) }),
  );
  app.get('/history/:symbol', (req, res) => res.json(w.rows(req.params.symbol.length, 60)));
  app.get('/history/:symbol/csv', (req, res) =>
    res.type('csv').send(w.csv(w.rows(req.params.symbol.length, 60))),
  );
  app.post('/orders', (req, res) =>
    res.status(201).json({ id: w.digest(JSON.stringify(req.body)), total: w.total(w.rows(3, 10)) }),
  );
  app.get('/portfolio/:user', (req, res) => res.json(w.groupBy(w.rows(req.params.user, 50), 'qty')));
  app.get('/news/:id', (req, res) => res.send(w.html(w.rows(req.params.id, 20))));
  app.get('/export/:user', (req, res) => res.type('bin').send(w.gzip(w.csv(w.rows(req.params.user, 40)))));
  return { app };
}
