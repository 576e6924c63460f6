import { EventEmitter } from 'node:events';
import express from 'express';
import * as w from '../_shared/work.cjs';

/** Reports that follow a changing currency. Each one subscribes to the configuration and never unsubscribes. */
export async function build({ guard } = {}) {
  const config = new EventEmitter();
  config.setMaxListeners(0); // "to get rid of the warning"
  const app = express();
  if (guard) app.use(guard);
  app.use(express.json());

  app.get('/reports/:id', async (req, res, next) => {
    try {
      const lines = await queryLines(req.params.id, 14);
      let totals = sumUp(lines, 'EUR');
      config.on('change', ({ currency }) => {
        totals = sumUp(lines, currency);
      });
      res.json({ id: req.params.id, totals, lines: lines.length });
    } catch (error) {
      next(error);
    }
  });
  app.get('/reports/:id/csv', async (req, res) => {
    res.type('csv').send(w.csv(await queryLines(req.params.id, 60)));
  });
  app.get('/dashboards/:id', async (req, res) => {
    const onChange = () => res.destroy();
    config.on('change', onChange); // the same shape, taken off again
    await w.sleep(2);
    config.off('change', onChange);
    res.json(w.groupBy(w.rows(req.params.id, 60), 'qty'));
  });
  app.put('/annotations/:id', (req, res) =>
    res.json({ id: req.params.id, hash: w.digest(JSON.stringify(req.body)) }),
  );
  app.get('/charts/:id', (req, res) =>
    res.type('svg').send(`<svg>${w.html(w.rows(req.params.id, 40))}</svg>`),
  );
  app.get('/exports/:id', (req, res) => res.type('bin').send(w.gzip(w.csv(w.rows(req.params.id, 40)))));
  app.get('/people/:id', (req, res) => res.json({ id: req.params.id, bio: w.words(req.params.id, 120) }));
  return { app };
}

async function queryLines(id, count) {
  await w.sleep(1);
  return w.rows(id, count);
}

function sumUp(lines, currency) {
  return { currency, sum: w.total(lines), items: lines.reduce((sum, { qty }) => sum + qty, 0) };
}
