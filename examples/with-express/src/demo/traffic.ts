/** One request of the load. */
export interface PlannedRequest {
  method: 'GET' | 'POST' | 'PUT';
  path: string;
  body?: string;
}

interface RouteLoad {
  /** Share of the traffic on average, in percent. */
  weight: number;
  request: (random: () => number, count: number) => PlannedRequest;
}

const get = (path: string): PlannedRequest => ({ method: 'GET', path });
const upTo = (random: () => number, limit: number): number => Math.floor(random() * limit);

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

/** The shares are drawn anew after this many requests, each between a third and three times its average. */
const REQUESTS_PER_MIX = 400;
const SPREAD = Math.log(3);

/**
 * Makes requests of the shop, weighted, with shares that vary over time as real traffic does: routes that always come
 * in the same proportion could not be told apart. The same seed gives the same requests.
 */
export function planTraffic(seed: number): () => PlannedRequest {
  const random = mulberry32(seed);
  let shares: number[] = [];
  let count = 0;
  return () => {
    if (count % REQUESTS_PER_MIX === 0) {
      shares = MIX.map(({ weight }) => weight * Math.exp((2 * random() - 1) * SPREAD));
    }
    count += 1;
    return pick(shares, random()).request(random, count);
  };
}

function pick(shares: readonly number[], uniform: number): RouteLoad {
  let rest = uniform * shares.reduce((sum, share) => sum + share, 0);
  const at = shares.findIndex((share) => {
    rest -= share;
    return rest < 0;
  });
  return MIX[at] ?? MIX[0]!;
}

function order(random: () => number): string {
  const lines = Array.from({ length: 1 + upTo(random, 5) }, () => ({ id: upTo(random, 5000), pieces: 1 }));
  return JSON.stringify({ lines });
}

/** A small generator with a seed (Tommy Ettinger's mulberry32); `Math.random` has none. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
