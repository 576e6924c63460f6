import express from 'express';
import { int, pick } from '../urls.mjs';
import { registerNames } from './coalesce.mjs';
import { CURRENCIES, SKUS } from './price-sources.mjs';
import { createQuotes } from './quotes.mjs';

const sendJson = (work) => (req, res, next) => {
  work(req)
    .then((body) => (typeof body === 'string' ? res.type('text/csv').send(body) : res.json(body)))
    .catch(next);
};

const skuOf = (req) => (Number(req.params.sku) || 0) % SKUS;

export function createApp(leak = null) {
  const quotes = createQuotes(leak);
  const app = express();
  app.get(
    '/quotes/:sku',
    sendJson((req) => quotes.quoteSku(skuOf(req))),
  );
  app.get(
    '/quotes/:sku/tiers',
    sendJson((req) => quotes.quoteTiers(skuOf(req))),
  );
  app.get(
    '/competitors/:sku',
    sendJson((req) => quotes.quoteCompetitors(skuOf(req))),
  );
  app.get(
    '/history/:sku',
    sendJson((req) => quotes.history(skuOf(req))),
  );
  app.get(
    '/rates',
    sendJson(() => quotes.rates()),
  );
  app.get(
    '/rates/:from/:to',
    sendJson((req) => quotes.convert(req.params.from, req.params.to)),
  );
  app.get(
    '/promotions',
    sendJson(() => quotes.promotions()),
  );
  app.get(
    '/promotions/:code/check',
    sendJson((req) => quotes.checkPromotion(req.params.code)),
  );
  app.get(
    '/margins',
    sendJson(() => quotes.margins()),
  );
  app.post(
    '/baskets/price',
    express.json(),
    sendJson((req) =>
      quotes.priceBasket(Array.isArray(req.body?.items) ? req.body.items.slice(0, 20) : [1, 2]),
    ),
  );
  return app;
}

const sku = (random) => int(random, SKUS);
const get = (pattern, weight, path = () => pattern) => ({
  method: 'GET',
  path,
  pattern: `GET ${pattern}`,
  weight,
});

export const routes = [
  get('/quotes/:sku', 28, (r) => `/quotes/${sku(r)}`),
  get('/quotes/:sku/tiers', 5, (r) => `/quotes/${sku(r)}/tiers`),
  get('/rates', 12),
  get('/rates/:from/:to', 14, (r) => `/rates/${pick(r, CURRENCIES)}/${pick(r, CURRENCIES)}`),
  get('/promotions', 8),
  get('/promotions/:code/check', 8, (r) => `/promotions/SAVE${int(r, 40)}/check`),
  {
    method: 'POST',
    path: () => '/baskets/price',
    body: (r) => ({ items: Array.from({ length: 1 + int(r, 12) }, () => sku(r)) }),
    pattern: 'POST /baskets/price',
    weight: 11,
  },
  get('/competitors/:sku', 2, (r) => `/competitors/${sku(r)}`),
  get('/history/:sku', 7, (r) => `/history/${sku(r)}`),
  get('/margins', 5),
];

const paths = {
  major: { scope: 'GET /quotes/:sku', entry: 'quoteSku' },
  minor: { scope: 'GET /quotes/:sku/tiers', entry: 'quoteTiers' },
  rare: { scope: 'GET /competitors/:sku', entry: 'quoteCompetitors' },
};

export function truth(leak) {
  if (!leak) return null;
  const { scope, entry } = paths[leak.route];
  const allocating = registerNames[leak.kind];
  return {
    scope,
    allocating,
    functions: [...allocating, 'coalesce', entry],
    files: ['coalesce.mjs', 'quotes.mjs'],
  };
}
