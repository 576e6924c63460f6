import express from 'express';
import * as w from '../_shared/work.cjs';

/** Work is raced against a shutdown promise that never settles, and so collects a reaction per race for ever. */
export async function build({ guard } = {}) {
  let shutDown;
  const shuttingDown = new Promise((_resolve, reject) => {
    shutDown = reject;
  });
  shuttingDown.catch(() => {});
  const app = express();
  if (guard) app.use(guard);
  app.use(express.json());

  app.post('/webhooks/:provider', async (req, res, next) => {
    try {
      const receipt = await Promise.race([deliver(req.params.provider, req.body), shuttingDown]);
      res.status(202).json({ id: receipt.id, attempts: receipt.attempts.length });
    } catch (error) {
      next(error);
    }
  });
  app.get('/webhooks/:provider/log', (req, res) => res.json(w.rows(req.params.provider.length, 40)));
  app.get('/deliveries/:id', async (req, res) => {
    const timeout = new AbortController();
    const answer = await Promise.race([deliver(req.params.id, {}), w.sleep(20).then(() => null)]); // a race that ends
    timeout.abort();
    res.json({ id: answer?.id ?? null });
  });
  app.get('/providers', (_req, res) => res.json(w.rows(3, 30).map(({ sku }) => sku)));
  app.get('/providers/:id', async (req, res) => {
    await w.sleep(1);
    res.json({ id: req.params.id, about: w.words(req.params.id, 100) });
  });
  app.put('/providers/:id/secret', (req, res) => res.json({ hash: w.digest(req.body.secret) }));
  app.get('/usage/:day', (req, res) => res.type('csv').send(w.csv(w.rows(req.params.day, 60))));
  app.get('/usage/:day/summary', (req, res) => res.json(w.groupBy(w.rows(req.params.day, 60), 'qty')));
  return { app, close: () => shutDown(new Error('shutting down')) };
}

async function deliver(provider, body) {
  await w.sleep(2);
  return {
    id: w.digest(provider + JSON.stringify(body)),
    attempts: w.rows(provider.length, 2),
    sentAt: new Date(),
  };
}
