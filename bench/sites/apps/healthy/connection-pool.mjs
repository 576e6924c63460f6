import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import express from 'express';
import { int } from '../urls.mjs';

const MOST = 24;

/** Like a connection of a database: it has a page of its own and answers one question at a time. */
class Connection extends EventEmitter {
  page = Buffer.allocUnsafeSlow(16 * 1024);
  statements = new Map();
  answered = 0;

  async query(text, rows) {
    if (!this.statements.has(text)) this.statements.set(text, { text, plan: text.split(' ') });
    await sleep(2);
    this.answered++;
    this.page.fill(this.answered & 0xff, 0, rows);
    return Array.from({ length: rows }, (_, id) => ({ id, value: this.page[id] }));
  }
}

/** Opened when all are busy, up to 24, and from then on used again: the pool grows with the first peaks only. */
class Pool {
  #idle = [];
  #waiting = [];
  opened = 0;

  async use(work) {
    const connection = await this.#take();
    try {
      return await work(connection);
    } finally {
      const next = this.#waiting.shift();
      if (next) next(connection);
      else this.#idle.push(connection);
    }
  }

  #take() {
    if (this.#idle.length > 0) return this.#idle.pop();
    if (this.opened >= MOST) return new Promise((resolve) => this.#waiting.push(resolve));
    this.opened++;
    return new Connection();
  }
}

export function createApp() {
  const pool = new Pool();
  const app = express();
  app.get('/rows/:table', async (req, res) => {
    const text = `select id value from ${req.params.table.slice(0, 3)}`;
    res.json(await pool.use((connection) => connection.query(text, 40)));
  });
  app.get('/rows/:table/:id', async (req, res) => {
    const [row] = await pool.use((connection) => connection.query('select one', 1));
    res.json({ ...row, table: req.params.table, id: req.params.id });
  });
  app.post('/batch', async (_req, res) => {
    const parts = await Promise.all(
      [1, 2, 3].map((n) => pool.use((connection) => connection.query(`insert ${n}`, 10))),
    );
    res.json({ rows: parts.flat().length });
  });
  app.get('/pool', (_req, res) => res.json({ opened: pool.opened, most: MOST }));
  return app;
}

const table = (random) => `t${int(random, 30)}`;

export const routes = [
  { method: 'GET', path: (r) => `/rows/${table(r)}`, pattern: 'GET /rows/:table', weight: 40 },
  {
    method: 'GET',
    path: (r) => `/rows/${table(r)}/${int(r, 5000)}`,
    pattern: 'GET /rows/:table/:id',
    weight: 40,
  },
  { method: 'POST', path: () => '/batch', pattern: 'POST /batch', weight: 15 },
  { method: 'GET', path: () => '/pool', pattern: 'GET /pool', weight: 5 },
];

export const truth = () => null;

// Thirty statements on each of up to 24 connections: the pages of the pool are full when all are known.
export const check = { warm: 6000 };
