import express from 'express5';
import * as w from '../_shared/work.cjs';

const MEMO_BELOW = 900;

/**
 * Every route fills a store of its own over the first thousands of requests, each with a key universe that ends:
 * price rules (900), map tiles (1,024), number formats (48), interned city names (2,500) and a regular expression per
 * word list. What people call "it grows after a deploy and then stops".
 */
export async function build({ guard } = {}) {
  const rules = new Map();
  const tiles = new Map();
  const formats = new Map();
  const cities = new Map();
  const patterns = new Map();
  const app = express();
  if (guard) app.use(guard);
  app.use(express.json());

  app.get('/quotes/:rule', async (req, res) => {
    const rule = await memo(rules, Number(req.params.rule) % MEMO_BELOW, async (id) => {
      await w.sleep(1);
      return w.rows(id, 6);
    });
    res.json({ price: w.total(rule) });
  });
  app.get('/tiles/:x/:y', async (req, res) => {
    const tile = await memo(tiles, `${req.params.x}/${req.params.y}`, async (key) =>
      w.words(key.length, 120),
    );
    res.type('text').send(tile);
  });
  app.get('/amounts/:locale/:currency', async (req, res) => {
    const { locale, currency } = req.params;
    const format = await memo(
      formats,
      `${locale}/${currency}`,
      () => new Intl.NumberFormat(locale, { style: 'currency', currency }),
    );
    res.json(w.rows(req.query.n, 12).map(({ price }) => format.format(price)));
  });
  app.post('/addresses', async (req, res) => {
    const city = await memo(cities, req.body.city, (name) => ({
      name,
      folded: name.normalize('NFD'),
      seen: 0,
    }));
    city.seen += 1;
    res.status(201).json({ city: city.name, hash: w.digest(req.body.street) });
  });
  app.get('/match/:list', async (req, res) => {
    const pattern = await memo(
      patterns,
      req.params.list,
      (list) => new RegExp(w.words(list, 60).split(' ').join('|'), 'g'),
    );
    res.json({ matches: (w.words(req.query.seed, 120).match(pattern) ?? []).length });
  });
  app.get('/orders/:id', async (req, res) => {
    await w.sleep(2);
    res.json(w.rows(req.params.id, 30));
  });
  app.get('/reports/:id', (req, res) => res.json(w.groupBy(w.rows(req.params.id, 60), 'qty')));
  app.get('/health', (_req, res) => res.json({ ok: true }));
  return { app };
}

async function memo(store, key, make) {
  let made = store.get(key);
  if (made === undefined) {
    made = await make(key);
    store.set(key, made);
  }
  return made;
}
