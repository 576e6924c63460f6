import express from 'express';
import SSE from 'express-sse';
import * as w from '../_shared/work.cjs';
export async function build({ guard } = {}) {
  const app = express();
  if (guard) app.use(guard);
  app.use(express.json());
  const feed = new SSE(['hello']);
  feed.setMaxListeners(0);
  app.get('/stream', (req, res) => {
    res.flush ??= () => {};
    feed.init(req, res);
  });
  // Same shape, with its listener taken off again.
  const live = new Set();
  app.get('/ticker', (_req, res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    live.add(res);
    res.on('close', () => live.delete(res));
    res.write('data: "hello"\n\n');
  });
  app.post('/publish', (req, res) => {
    for (const r of live) r.write('data: 1\n\n');
    res.json({ n: live.size, id: w.digest(JSON.stringify(req.body)) });
  });
  app.get('/channels/:id', (req, res) => res.json(w.rows(req.params.id, 30)));
  app.get('/channels/:id/log', (req, res) => res.type('csv').send(w.csv(w.rows(req.params.id, 60))));
  app.get('/members/:id', (req, res) => res.json(w.groupBy(w.rows(req.params.id, 50), 'qty')));
  app.get('/rooms/:id', (req, res) => res.send(w.html(w.rows(req.params.id, 30))));
  app.get('/emoji/:n', (req, res) => res.json(w.buffer(8000, req.params.n)));
  app.get('/motd/:id', (req, res) => res.json({ text: w.words(req.params.id, 90) }));
  return { app, close: () => live.forEach((r) => void r.end()) };
}
