import { promisify } from 'node:util';
import zlib from 'node:zlib';
import express from 'express5';
import * as w from '../_shared/work.cjs';

const BATCH = 800;
const gzip = promisify(zlib.gzip);

/** Events are collected and written out 800 at a time: a saw tooth of about 1 MB that belongs to one route. */
export async function build({ guard } = {}) {
  let batch = [];
  let bytesWritten = 0;
  const app = express();
  if (guard) app.use(guard);
  app.use(express.json());

  const flush = async (events) => {
    const packed = await gzip(events.map((event) => JSON.stringify(event)).join('\n'));
    await w.sleep(30);
    bytesWritten += packed.length;
  };
  app.post('/events', async (req, res) => {
    batch.push({ at: Date.now(), event: req.body, context: w.rows(batch.length, 5) });
    if (batch.length >= BATCH) {
      const full = batch;
      batch = [];
      await flush(full);
    }
    res.status(202).json({ queued: batch.length });
  });
  app.get('/events/:day', async (req, res) => {
    await w.sleep(1);
    res.json(w.rows(req.params.day, 50));
  });
  app.get('/metrics', (_req, res) =>
    res.type('text').send(`events_written_bytes ${bytesWritten}\n${w.words(5, 150)}`),
  );
  app.get('/sources/:id', (req, res) => res.json({ id: req.params.id, schema: w.rows(req.params.id, 25) }));
  app.put('/sources/:id', (req, res) =>
    res.json({ id: req.params.id, hash: w.digest(JSON.stringify(req.body)) }),
  );
  app.get('/funnels/:id', (req, res) => res.json(w.groupBy(w.rows(req.params.id, 70), 'qty')));
  app.get('/export/:id', (req, res) => res.type('csv').send(w.csv(w.rows(req.params.id, 70))));
  return { app };
}
