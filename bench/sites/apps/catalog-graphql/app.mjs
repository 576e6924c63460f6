import express from 'express';
import { int } from '../urls.mjs';
import { tracerNames, usesTree } from './field-trace.mjs';
import { createResolvers, PRODUCTS } from './resolvers.mjs';

const runOperation = (operation) => async (req, res) => {
  const data = await operation({ ...req.query, ...req.body });
  res.json({ data });
};

export function createApp(leak = null) {
  const { queries, mutations } = createResolvers(leak);
  const app = express();
  app.use('/graphql', express.json({ limit: '64kb' }));
  for (const [name, resolve] of Object.entries(queries)) app.get(`/graphql/${name}`, runOperation(resolve));
  for (const [name, resolve] of Object.entries(mutations))
    app.post(`/graphql/${name}`, runOperation(resolve));
  return app;
}

const query = (name, weight, variables = () => '') => ({
  method: 'GET',
  path: (random) => `/graphql/${name}${variables(random)}`,
  pattern: `GET /graphql/${name}`,
  weight,
});
const id = (random) => `?id=${int(random, PRODUCTS)}`;

export const routes = [
  query('productById', 28, id),
  query('productSearch', 20, (random) => `?text=${int(random, 60)}`),
  query('categoryTree', 8),
  query('reviewsForProduct', 12, id),
  query('relatedProducts', 5, id),
  query('priceHistory', 2, id),
  query('cartSummary', 8, (random) => `?cart=${int(random, 200)}`),
  query('topSellers', 6),
  query('recommendations', 4, id),
  {
    method: 'POST',
    path: () => '/graphql/addToCart',
    body: (random) => ({ cart: int(random, 200), id: int(random, PRODUCTS) }),
    pattern: 'POST /graphql/addToCart',
    weight: 7,
  },
];

const paths = {
  major: { scope: 'GET /graphql/productById', entry: ['hydrate', 'loadProduct', 'productById'] },
  minor: { scope: 'GET /graphql/relatedProducts', entry: ['findRelated', 'relatedProducts'] },
  rare: { scope: 'GET /graphql/priceHistory', entry: ['readPricePoints', 'priceHistory'] },
};

export function truth(leak) {
  if (!leak) return null;
  const { scope, entry } = paths[leak.route];
  const allocating = [tracerNames[leak.kind], ...(usesTree(leak.kind) ? ['spanTree'] : [])];
  return {
    scope,
    allocating,
    functions: [...allocating, ...entry],
    files: ['field-trace.mjs', 'resolvers.mjs'],
  };
}
