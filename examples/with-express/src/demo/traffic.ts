import { type Random, seededRandom, upTo, varyingMix } from 'demo-kit';

/** One request of the load. */
export interface PlannedRequest {
  method: 'GET' | 'POST' | 'PUT';
  path: string;
  body?: string;
}

interface RouteLoad {
  /** Share of the traffic on average, in percent. */
  weight: number;
  request: (random: Random, count: number) => PlannedRequest;
}

const get = (path: string): PlannedRequest => ({ method: 'GET', path });

/** The mix. Articles are asked for by popularity, so that the LRU has hits and misses. */
const MIX: readonly RouteLoad[] = [
  { weight: 3, request: () => get('/health') },
  { weight: 12, request: (random) => get(`/products?shelf=${upTo(random, 12)}`) },
  { weight: 17, request: (random) => get(`/products/${1 + Math.floor(5000 * random() ** 3)}`) },
  { weight: 7, request: (random) => get(`/search?q=article%20${upTo(random, 50)}`) },
  { weight: 16, request: () => get('/cart') },
  { weight: 14, request: (random, count) => get(`/thumbnails/${upTo(random, 5000)}?width=${count}`) },
  {
    weight: 4,
    request: (random) => get(`/price-alerts/sku-${upTo(random, 900)}?below=${upTo(random, 9000)}`),
  },
  { weight: 7, request: (random) => ({ method: 'POST', path: '/orders', body: order(random) }) },
  { weight: 7, request: (random) => get(`/orders/${upTo(random, 2000)}`) },
  { weight: 4, request: (random) => get(`/orgs/org-${upTo(random, 40)}/users`) },
  { weight: 5, request: (random) => get(`/orgs/org-${upTo(random, 40)}/users/${upTo(random, 300)}`) },
  {
    weight: 2,
    request: (random) => ({ method: 'PUT', path: `/orgs/org-1/users/${upTo(random, 300)}`, body: '{}' }),
  },
  { weight: 2, request: () => get('/exports/orders.csv') },
];

const REQUESTS_PER_MIX = 400;

/** Makes requests of the shop, in shares that vary over time. The same seed gives the same requests. */
export function planTraffic(seed: number): () => PlannedRequest {
  const random = seededRandom(seed);
  const next = varyingMix(MIX, REQUESTS_PER_MIX, random);
  let count = 0;
  return () => {
    count += 1;
    return next().request(random, count);
  };
}

function order(random: Random): string {
  const lines = Array.from({ length: 1 + upTo(random, 5) }, () => ({ id: upTo(random, 5000), pieces: 1 }));
  return JSON.stringify({ lines });
}
