import express from 'express5';
import { LRUCache } from 'lru-cache';
import * as w from '../_shared/work.cjs';

/** A catalogue behind an LRU of 600 products (about 3 MB): full within the first few thousand requests, then stays. */
export async function build({ guard } = {}) {
  const products = new LRUCache({ max: 600 });
  const app = express();
  if (guard) app.use(guard);
  app.use(express.json());

  const cached = async (sku) => {
    let product = products.get(sku);
    if (!product) {
      await w.sleep(1);
      product = { sku, offers: w.rows(sku, 20), text: w.words(sku, 80), loadedAt: Date.now() };
      products.set(sku, product);
    }
    return product;
  };
  app.get('/products/:sku', async (req, res) => res.json(await cached(req.params.sku)));
  app.get('/products/:sku/price', async (req, res) => {
    const { offers } = await cached(req.params.sku);
    res.json({ sku: req.params.sku, best: Math.min(...offers.map(({ price }) => price)) });
  });
  app.get('/categories/:id', async (req, res) => {
    await w.sleep(1);
    res.json(w.groupBy(w.rows(req.params.id, 60), 'qty'));
  });
  app.get('/categories/:id/page', (req, res) => res.send(w.html(w.rows(req.params.id, 40))));
  app.post('/compare', async (req, res) => {
    const found = await Promise.all(req.body.skus.map(cached));
    res.json(found.map(({ sku, offers }) => ({ sku, total: w.total(offers) })));
  });
  app.get('/feeds/:shop', (req, res) => res.type('bin').send(w.gzip(w.csv(w.rows(req.params.shop, 50)))));
  app.get('/health', (_req, res) => res.json({ cached: products.size }));
  return { app };
}
