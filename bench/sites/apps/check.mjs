import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { apps, healthy, kinds, shares, sizes } from './index.mjs';

// Usage: node check.mjs [name ...]
// Whether the apps keep what they say they keep, and the healthy ones nothing. Slow: some minutes for all.

const LEAK_REQUESTS = 300;
// Code that warms up or is thrown away moves one round by some tens of kilobytes: of small leaks the middle of
// three rounds counts, for large ones one is enough.
const roundsFor = (bytes) => (bytes > 1000 ? 1 : 3);
const HEALTHY_WARM = 2000;
const HEALTHY_REQUESTS = 1500;
const HEALTHY_MOST = 30;
// While code still warms up, the compiler's own data grows as a leak would, and stops: a leak never does.
const HEALTHY_ROUNDS = 6;
const AT_ONCE = 8;
// A closure with its context, a timer, an async function that waits, or a typed array's head takes some
// hundreds of bytes however little it holds: a leak of 100 bytes may keep up to this.
const LEAST_OVERHEAD = 1000;
// What requests to the other routes may keep on average while one route leaks: much less than one leak of 20480.
const OTHERS_MOST = 1000;

const failures = [];
const fail = (text) => {
  if (failures.includes(text)) return;
  failures.push(text);
  console.log(`  FAIL ${text}`);
};

function randomFrom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

class Child {
  constructor() {
    this.process = fork(new URL('./check-child.mjs', import.meta.url), { execArgv: ['--expose-gc'] });
  }

  async ask(command, input = {}) {
    this.process.send({ command, ...input });
    const [answer] = await once(this.process, 'message');
    return answer;
  }

  async serve(name, leak, options, work) {
    const { port } = await this.ask('start', { name, leak, options });
    const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
    try {
      return await work({ port, agent });
    } finally {
      agent.destroy();
      await this.ask('stop');
    }
  }
}

function send({ port, agent }, method, path, body) {
  const text = body ? JSON.stringify(body) : '';
  const headers = text ? { 'content-type': 'application/json', 'content-length': text.length } : {};
  return new Promise((resolve, reject) => {
    const req = request({ host: '127.0.0.1', port, agent, method, path, headers }, (res) => {
      res.resume().on('end', () => resolve(res.statusCode));
    });
    req.on('error', reject).end(text);
  });
}

/** Sends what `next` gives until it gives nothing, some at a time. */
async function drive(site, name, next) {
  const worker = async () => {
    for (let item = next(); item; item = next()) {
      const status = await send(site, item.method, item.path, item.body);
      if (status >= 500)
        fail(`${name}: ${status} from ${item.method} ${item.path.split('?')[0].replace(/\d+/g, '#')}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

const times = (count, make) => {
  let left = count;
  return () => (left-- > 0 ? make() : null);
};

const made = (route, random) => ({
  method: route.method,
  path: route.path(random),
  body: route.body?.(random),
});

function mixed(routes, random) {
  let left = random() * 100;
  for (const route of routes) {
    left -= route.weight;
    if (left < 0) return made(route, random);
  }
  return made(routes[0], random);
}

async function kept(child, requests, run) {
  const before = await child.ask('measure');
  await run();
  const after = await child.ask('measure');
  return {
    heap: (after.heap - before.heap) / requests,
    buffers: (after.buffers - before.buffers) / requests,
    patterns: after.patterns,
  };
}

function checkShape(name, app) {
  const sum = app.routes.reduce((total, { weight }) => total + weight, 0);
  if (sum !== 100) fail(`${name}: the weights make ${sum}`);
  if (!apps[name]) return;
  for (const [route, share] of Object.entries(shares)) {
    const { scope } = app.truth({ kind: 'object', bytes: 100, route });
    const found = app.routes.find(({ pattern }) => pattern === scope);
    if (found?.weight !== share) fail(`${name}: ${route} is ${scope} of weight ${found?.weight}`);
  }
}

async function checkHealthy(child, name, app) {
  const random = randomFrom(7);
  const { options, fill = [], warm = HEALTHY_WARM, wait = 0 } = app.check ?? {};
  await child.serve(name, null, options, async (site) => {
    const each = app.routes.flatMap((route) => [
      made(route, random),
      made({ ...route, body: undefined }, random),
    ]);
    await drive(site, name, () => each.shift());
    const toFill = fill.map((path) => ({ method: 'GET', path }));
    await drive(site, name, () => toFill.shift());
    await drive(
      site,
      name,
      times(warm, () => mixed(app.routes, random)),
    );
    await sleep(wait);
    const totals = [];
    let seen;
    while (totals.length < HEALTHY_ROUNDS && !(totals.at(-1) <= HEALTHY_MOST)) {
      const result = await kept(child, HEALTHY_REQUESTS, async () => {
        await drive(
          site,
          name,
          times(HEALTHY_REQUESTS, () => mixed(app.routes, random)),
        );
        await sleep(wait);
      });
      totals.push(result.heap + result.buffers);
      seen = result.patterns;
    }
    for (const { pattern } of app.routes) {
      if (!seen.includes(pattern)) fail(`${name}: no request came to ${pattern}`);
    }
    const shown = totals.map((total) => total.toFixed(1).padStart(9)).join('');
    console.log(`${name.padEnd(22)} healthy  ${shown}`);
    if (totals.at(-1) > HEALTHY_MOST) fail(`${name}: keeps ${shown} B a request without a leak`);
  });
}

const middle = (list) => list.toSorted((a, b) => a - b)[list.length >> 1];

async function checkLeak(child, name, app, leak) {
  const random = randomFrom(leak.bytes);
  const { scope } = app.truth(leak);
  const route = app.routes.find(({ pattern }) => pattern === scope);
  const requests = () => times(LEAK_REQUESTS, () => made(route, random));
  return child.serve(name, leak, undefined, async (site) => {
    await drive(site, name, requests());
    const rounds = [];
    for (let n = 0; n < roundsFor(leak.bytes); n++) {
      rounds.push(await kept(child, LEAK_REQUESTS, () => drive(site, name, requests())));
    }
    const heap = middle(rounds.map((round) => round.heap));
    const buffers = middle(rounds.map((round) => round.buffers));
    const size = leak.kind === 'buffer' ? buffers : heap;
    const most = Math.max(5 * leak.bytes, LEAST_OVERHEAD);
    if (size < leak.bytes / 2 || size > most) {
      fail(`${name}: ${leak.kind} of ${leak.bytes} on ${leak.route} keeps ${size.toFixed(0)} B a request`);
    }
    return leak.kind === 'buffer' ? `${buffers.toFixed(0)}+${heap.toFixed(0)}` : heap.toFixed(0);
  });
}

/** With one route that leaks, the others keep nothing: also those that go through the same helper. */
async function checkOthers(child, name, app, kind) {
  const random = randomFrom(11);
  const leak = { kind, bytes: sizes.at(-1), route: 'rare' };
  const { scope } = app.truth(leak);
  const others = app.routes.filter(({ pattern }) => pattern !== scope);
  const requests = () => times(LEAK_REQUESTS, () => mixed(others, random));
  await child.serve(name, leak, undefined, async (site) => {
    await drive(site, name, requests());
    const { heap, buffers } = await kept(child, LEAK_REQUESTS, () => drive(site, name, requests()));
    const total = heap + buffers;
    if (total > OTHERS_MOST)
      fail(`${name}: ${kind} on rare, but others keep ${total.toFixed(0)} B a request`);
  });
}

async function checkLeaks(child, name, app) {
  for (const [k, kind] of kinds.entries()) {
    const cells = [];
    for (const [s, bytes] of sizes.entries()) {
      // Each kind meets each route, and each size too, without all of the three times as many cases.
      const route = Object.keys(shares)[(k + s) % 3];
      cells.push(`${await checkLeak(child, name, app, { kind, bytes, route })}`.padStart(10));
    }
    await checkOthers(child, name, app, kind);
    console.log(`${name.padEnd(22)} ${kind.padEnd(9)}${cells.join('')}`);
  }
}

const asked = process.argv.slice(2);
const all = Object.entries({ ...apps, ...healthy }).filter(([name]) => !asked.length || asked.includes(name));
console.log(`True bytes a request, of nominal ${sizes.join(', ')}; of a buffer off the heap + on it`);
for (const [name, app] of all) {
  checkShape(name, app);
  const child = new Child();
  await checkHealthy(child, name, app);
  if (apps[name]) await checkLeaks(child, name, app);
  child.process.disconnect();
}
console.log(failures.length ? `${failures.length} failed` : 'All as said');
process.exitCode = failures.length ? 1 : 0;
