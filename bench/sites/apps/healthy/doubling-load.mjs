import { setTimeout as sleep } from 'node:timers/promises';
import express from 'express';
import { int } from '../urls.mjs';

/** What is in memory follows the requests under way: with twice the load it is twice as much. */
export function createApp() {
  const underWay = new Map();
  let number = 0;

  async function withWorkspace(rows, work) {
    const key = number++;
    const workspace = { rows: Array.from({ length: rows }, (_, n) => ({ n, cell: `cell ${n}` })) };
    underWay.set(key, workspace);
    try {
      await sleep(3);
      return work(workspace);
    } finally {
      underWay.delete(key);
    }
  }

  const app = express();
  app.get('/sheets/:id', async (req, res) => {
    const id = Number(req.params.id) || 0;
    res.json(await withWorkspace(50 + (id % 100), ({ rows }) => rows.filter(({ n }) => n % 3 === 0)));
  });
  app.get('/sheets/:id/sum', async (req, res) => {
    res.json(
      await withWorkspace(200, ({ rows }) => ({
        id: req.params.id,
        sum: rows.reduce((s, { n }) => s + n, 0),
      })),
    );
  });
  app.get('/sheets', (_req, res) =>
    res.json(Array.from({ length: 30 }, (_, id) => ({ id, name: `Sheet ${id}` }))),
  );
  app.get('/load', (_req, res) => res.json({ underWay: underWay.size, served: number % 1000 }));
  return app;
}

export const routes = [
  { method: 'GET', path: (r) => `/sheets/${int(r, 1000)}`, pattern: 'GET /sheets/:id', weight: 50 },
  { method: 'GET', path: (r) => `/sheets/${int(r, 1000)}/sum`, pattern: 'GET /sheets/:id/sum', weight: 25 },
  { method: 'GET', path: () => '/sheets', pattern: 'GET /sheets', weight: 15 },
  { method: 'GET', path: () => '/load', pattern: 'GET /load', weight: 10 },
];

export const truth = () => null;

/** How many times the usual load a driver should make, at a part from 0 to 1 of its time. */
export const load = (part) => (part < 0.5 ? 1 : 2);
