import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import express from 'express';
import * as w from '../_shared/work.cjs';

/** Buffers and strings of 0.1-1 MB per request, all of them garbage once the response is out. */
export async function build({ guard } = {}) {
  const app = express();
  if (guard) app.use(guard);
  app.use(express.json({ limit: '200kb' }));

  app.get('/archives/:n', async (req, res) => {
    const block = Buffer.alloc(300_000 + (Number(req.params.n) % 7) * 100_000, 7);
    await w.sleep(3);
    res.json({ bytes: block.length, hash: createHash('md5').update(block).digest('hex') });
  });
  app.get('/reports/:n', async (req, res) => {
    const text = Array.from(
      { length: 900 },
      (_unused, i) => `${i};${w.words(Number(req.params.n) + i, 6)}`,
    ).join('\n');
    await w.sleep(2);
    res.json({ lines: text.split('\n').length, chars: text.length });
  });
  app.get('/dumps/:n', async (req, res, next) => {
    try {
      const rows = w.rows(req.params.n, 400).map((row) => `${JSON.stringify(row)}\n`);
      await pipeline(Readable.from(rows, { objectMode: false }), createGzip({ level: 1 }), res);
    } catch (error) {
      next(error);
    }
  });
  app.post('/imports', async (req, res) => {
    const copies = Array.from({ length: 6 }, () => w.clone(req.body));
    await w.sleep(1);
    res.status(201).json({ copies: copies.length, hash: w.digest(JSON.stringify(copies)) });
  });
  app.get('/vectors/:n', (req, res) => {
    const vector = new Float64Array(20_000).fill(Number(req.params.n));
    res.json({ sum: vector.reduce((sum, x) => sum + x, 0) });
  });
  app.get('/items/:id', (req, res) => res.json(w.rows(req.params.id, 25)));
  app.get('/items/:id/page', (req, res) => res.send(w.html(w.rows(req.params.id, 40))));
  app.get('/stats/:day', (req, res) => res.json(w.groupBy(w.rows(req.params.day, 50), 'qty')));
  return { app };
}
