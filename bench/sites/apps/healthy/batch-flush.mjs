import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import express from 'express';
import { int } from '../urls.mjs';

const BATCH = 500;

/** Events gather until there are 500 or some seconds are over, and are then written as one block. */
class EventBatch {
  #events = [];
  written = { blocks: 0, digest: '' };

  constructor(every) {
    setInterval(() => this.flush(), every).unref();
  }

  append(event) {
    this.#events.push(event);
    if (this.#events.length >= BATCH) this.flush();
  }

  async flush() {
    if (this.#events.length === 0) return;
    const events = this.#events;
    this.#events = [];
    await sleep(5);
    const digest = createHash('sha1').update(JSON.stringify(events)).digest('hex');
    this.written = { blocks: this.written.blocks + 1, digest };
  }
}

export function createApp(_leak = null, { every = 20_000 } = {}) {
  const batch = new EventBatch(every);
  const app = express();
  app.use(express.json());
  app.post('/events/:kind', (req, res) => {
    const fields = { ...req.body, note: `event of ${req.params.kind} at ${req.ip}` };
    batch.append({ kind: req.params.kind, at: Date.now(), fields });
    res.status(202).json({ accepted: true });
  });
  app.get('/events/written', (_req, res) => res.json(batch.written));
  app.get('/schema/:kind', async (req, res) => {
    await sleep(1);
    res.json({
      kind: req.params.kind,
      fields: Array.from({ length: 25 }, (_, n) => ({ name: `f${n}`, type: 'int' })),
    });
  });
  app.get('/kinds', (_req, res) => res.json(['click', 'view', 'order', 'error']));
  return app;
}

const kind = (random) => ['click', 'view', 'order', 'error'][int(random, 4)];

export const routes = [
  {
    method: 'POST',
    path: (r) => `/events/${kind(r)}`,
    body: (r) => ({ x: int(r, 1000), y: int(r, 1000), target: `button-${int(r, 50)}` }),
    pattern: 'POST /events/:kind',
    weight: 60,
  },
  { method: 'GET', path: () => '/events/written', pattern: 'GET /events/written', weight: 10 },
  { method: 'GET', path: (r) => `/schema/${kind(r)}`, pattern: 'GET /schema/:kind', weight: 20 },
  { method: 'GET', path: () => '/kinds', pattern: 'GET /kinds', weight: 10 },
];

export const truth = () => null;

export const check = { options: { every: 200 }, wait: 500 };
