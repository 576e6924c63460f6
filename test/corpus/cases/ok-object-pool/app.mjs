import express from 'express';
import * as w from '../_shared/work.cjs';

const IDLE_LIMIT = 40;

/** Connections with a 64 KB read buffer and prepared statements are pooled: made on demand, used again, 40 kept idle. */
export async function build({ guard } = {}) {
  const pool = createPool();
  const app = express();
  if (guard) app.use(guard);
  app.use(express.json());

  const query = async (statement, seed, count) => {
    const connection = pool.take();
    try {
      return await connection.query(statement, seed, count);
    } finally {
      pool.giveBack(connection);
    }
  };
  app.get('/accounts/:id', async (req, res) => res.json(await query('account', req.params.id, 20)));
  app.get('/accounts/:id/transactions', async (req, res) => {
    const pages = await Promise.all(
      [1, 2].map((page) => query(`transactions ${page}`, req.params.id + page, 25)),
    );
    res.json(pages.flat());
  });
  app.post('/transfers', async (req, res) => {
    await query('lock', req.body.from, 2);
    await query('move', req.body.to, 2);
    res.status(201).json({ id: w.digest(JSON.stringify(req.body)) });
  });
  app.get('/statements/:month', async (req, res) =>
    res.type('csv').send(w.csv(await query('month', req.params.month, 60))),
  );
  app.get('/rates', (_req, res) => res.json(w.rows(17, 30).map(({ price }) => price)));
  app.get('/branches/:id', (req, res) => res.send(w.html(w.rows(req.params.id, 30))));
  app.get('/pool', (_req, res) => res.json({ made: pool.made(), idle: pool.idle() }));
  return { app };
}

function createPool() {
  const idle = [];
  let made = 0;
  return {
    take: () => idle.pop() ?? createConnection(++made),
    giveBack: (connection) => idle.length < IDLE_LIMIT && idle.push(connection),
    made: () => made,
    idle: () => idle.length,
  };
}

function createConnection(id) {
  const readBuffer = Buffer.alloc(65_536);
  const prepared = new Map();
  return {
    id,
    async query(statement, seed, count) {
      if (!prepared.has(statement))
        prepared.set(statement, { text: statement, plan: w.rows(statement.length, 10) });
      await w.sleep(1);
      readBuffer.fill(count & 255, 0, 4096);
      return w.rows(seed, count);
    },
  };
}
