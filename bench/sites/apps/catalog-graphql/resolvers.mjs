import { setTimeout as sleep } from 'node:timers/promises';
import { fieldTrace } from './field-trace.mjs';

export const PRODUCTS = 500;
const CARTS = 200;

const seedProducts = () =>
  Array.from({ length: PRODUCTS }, (_, id) => ({
    id,
    name: `Product ${id}`,
    category: id % 24,
    cents: 250 + ((id * 97) % 20_000),
    sold: (id * 7919) % 1000,
    text: `Text of product ${id}. `.repeat(1 + (id % 9)),
  }));

const byPrice = (a, b) => a.cents - b.cents;
const card = ({ id, name, cents }) => ({ id, name, cents });

const productLoader = (products, trace) => {
  const hydrate = (row) => {
    trace(row);
    return { ...row, url: `/p/${row.id}`, words: row.text.split(' ').length };
  };
  return async function loadProduct(id) {
    await sleep(1);
    return hydrate(products[id % PRODUCTS]);
  };
};

const relatedFinder = (products, trace) =>
  async function findRelated(id) {
    const product = products[id % PRODUCTS];
    await null;
    const near = products.filter((other) => other.category === product.category && other.id !== product.id);
    await sleep(2);
    trace(product);
    return near.sort(byPrice).slice(0, 12).map(card);
  };

const pricePoints = (products, trace) =>
  async function readPricePoints(id) {
    await sleep(4);
    const product = products[id % PRODUCTS];
    trace(product);
    return Array.from({ length: 60 }, (_, day) => ({ day, cents: product.cents + ((day * 37) % 200) }));
  };

const cartStore = () => {
  const carts = new Map();
  return {
    read: (cart) => carts.get(cart % CARTS) ?? [],
    add: (cart, product) => {
      const items = [...(carts.get(cart % CARTS) ?? []), product].slice(-10);
      carts.set(cart % CARTS, items);
      return items;
    },
  };
};

/** Each operation by its name: a function of the operation's variables. */
export function createResolvers(leak) {
  const products = seedProducts();
  const carts = cartStore();
  const loadProduct = productLoader(products, fieldTrace(leak, 'major'));
  const findRelated = relatedFinder(products, fieldTrace(leak, 'minor'));
  const readPricePoints = pricePoints(products, fieldTrace(leak, 'rare'));
  return {
    queries: {
      productById: async ({ id }) => ({ product: await loadProduct(Number(id) || 0) }),
      relatedProducts: async ({ id }) => ({ related: await findRelated(Number(id) || 0) }),
      priceHistory: async ({ id }) => ({ points: await readPricePoints(Number(id) || 0) }),
      productSearch: async ({ text = '' }) => {
        await sleep(1);
        const found = products.filter((product) => product.name.includes(text));
        return { found: found.length, first: found.sort(byPrice).slice(0, 20).map(card) };
      },
      categoryTree: async () => {
        const tree = {};
        for (const product of products) {
          tree[product.category] ??= [];
          tree[product.category].push(product.id);
        }
        return { tree };
      },
      reviewsForProduct: async ({ id }) => {
        await sleep(2);
        const count = 3 + (Number(id) % 20 || 0);
        return {
          reviews: Array.from({ length: count }, (_, n) => ({ stars: n % 5, text: 'fine '.repeat(n) })),
        };
      },
      cartSummary: async ({ cart }) => {
        const items = carts.read(Number(cart) || 0);
        return { items, cents: items.reduce((sum, id) => sum + products[id].cents, 0) };
      },
      topSellers: async () => ({
        top: products
          .toSorted((a, b) => b.sold - a.sold)
          .slice(0, 30)
          .map(card),
      }),
      recommendations: async ({ id }) => {
        await sleep(3);
        const scored = products.map((product) => [(product.id * 31 + Number(id)) % 997, product]);
        return {
          products: scored
            .sort((a, b) => b[0] - a[0])
            .slice(0, 10)
            .map(([, product]) => card(product)),
        };
      },
    },
    mutations: {
      addToCart: async ({ cart, id }) => ({
        items: carts.add(Number(cart) || 0, (Number(id) || 0) % PRODUCTS),
      }),
    },
  };
}
