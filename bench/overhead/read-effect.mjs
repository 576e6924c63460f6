import { BurstClient } from './burst-client.mjs';
import { MeasuredProcess } from './measured-process.mjs';
import { bootstrap, mean, median, shuffle } from './statistics.mjs';

const SCRIPT = new URL('read-server.mjs', import.meta.url);
const WARM_UP_REQUESTS = 8192;
/** Between two actions: on Node 26 the effect of a GC was still there 5,000 requests later. */
const SETTLE_REQUESTS = 6144;
const REQUESTS_PER_BURST = 256;
/** Bursts before each action, which the ones after it are compared with, and after it: until all is as before. */
const BEFORE = 6;
const AFTER = 18;
/** What is told together: the effect fades, so the first buckets are short. */
const BUCKETS = [1, 1, 2, 4, 4, 6];
/**
 * `nothing` is the resolution; `gc` tells how much of a read's effect is its GC's; `read alone` is a read at a natural major
 * GC, which forces another one before Node 26.
 */
const ACTIONS = ['nothing', 'gc', 'read', 'read alone'];
/** Every action once per server of a start, in random order. */
const ACTIONS_PER_START = 2 * ACTIONS.length;

/**
 * @typedef {import('./statistics.mjs').Estimate} Estimate
 * @typedef {{ action: string, times: number, cpuMs: number, pauseMs: number, extraMs: Estimate,
 *   buckets: { requests: [number, number], ratio: Estimate }[] }} EffectRow
 *   `cpuMs`, `pauseMs`: of the action itself, medians; `extraMs`: CPU of the requests after it, more than of the other server's
 */

/**
 * What one read of the profile costs the requests that come after it. Two servers, both with the profiler on, get the
 * same bursts side by side; one of them acts, and is compared with the other before and after that.
 *
 * @param {import('./app.mjs').Framework} framework
 * @param {{ starts: number, maxMs: number, onStart?: (done: number, all: number) => void }} options
 * @returns {Promise<EffectRow[]>}
 */
export async function runReadEffect(framework, { starts, maxMs, onStart }) {
  const deadline = performance.now() + maxMs;
  const results = [];
  for (let start = 0; start < starts && (start < 3 || performance.now() < deadline); start += 1) {
    results.push(await oneStart(framework));
    onStart?.(start + 1, starts);
  }
  return ACTIONS.map((action) => rowOf(action, results));
}

/** @param {import('./app.mjs').Framework} framework */
async function oneStart(framework) {
  const servers = await Promise.all([startServer(framework), startServer(framework)]);
  const effects = [];
  try {
    for (const server of servers) await server.client.burst(WARM_UP_REQUESTS);
    const plan = Array.from({ length: ACTIONS_PER_START }, (_, at) => ({
      action: ACTIONS[at % ACTIONS.length],
      acting: Math.floor(at / ACTIONS.length),
    }));
    for (const { action, acting } of shuffle(plan)) {
      effects.push({ action, ...(await effectOf(action, servers[acting], servers[1 - acting])) });
      for (const server of servers) await server.client.burst(SETTLE_REQUESTS);
    }
  } finally {
    for (const { client } of servers) client.close();
    await Promise.all(servers.map(({ measured }) => measured.stop()));
  }
  return effects;
}

/** @param {import('./app.mjs').Framework} framework */
async function startServer(framework) {
  const { measured, ready } = await MeasuredProcess.start(SCRIPT, [framework]);
  return { measured, client: await BurstClient.connect(ready.port) };
}

/** One action on one server: what it cost, and CPU per request after it. */
async function effectOf(action, acting, other) {
  const before = await bursts(BEFORE, acting, other);
  const own = await acting.measured.ask(action);
  const after = await bursts(AFTER, acting, other);
  const usual = median(before.map(({ log }) => log));
  // What the acting server's requests would have taken: the other one's at that time, in the servers' usual ratio.
  const extra = after.map(({ log, acted }) => acted * (1 - Math.exp(usual - log)));
  return {
    ...own,
    logs: after.map(({ log }) => log - usual),
    extraMs: (extra.reduce((sum, micros) => sum + micros, 0) * REQUESTS_PER_BURST) / 1000,
  };
}

/** @returns {Promise<{ log: number, acted: number }[]>} log-ratio of CPU per request, and that of the acting server, microseconds */
async function bursts(count, acting, other) {
  const rounds = [];
  for (let round = 0; round < count; round += 1) {
    const micros = new Map();
    for (const server of shuffle([acting, other])) micros.set(server, await burst(server));
    rounds.push({ log: Math.log(micros.get(acting) / micros.get(other)), acted: micros.get(acting) });
  }
  return rounds;
}

async function burst({ measured, client }) {
  const before = await measured.cpuMicros();
  await client.burst(REQUESTS_PER_BURST);
  return ((await measured.cpuMicros()) - before) / REQUESTS_PER_BURST;
}

/** @returns {EffectRow} resampled over starts, as in the A/B */
function rowOf(action, results) {
  const ofStarts = results.map((effects) => effects.filter((effect) => effect.action === action));
  const all = ofStarts.flat();
  const estimate = (figureOf) =>
    bootstrap(
      ofStarts.map((effects) => mean(effects.map(figureOf))),
      mean,
      Math.random,
    );
  let from = 0;
  const buckets = BUCKETS.map((length) => {
    const [start, end] = [from, from + length];
    from = end;
    const { value, low, high } = estimate(({ logs }) => mean(logs.slice(start, end)));
    const requests = [start * REQUESTS_PER_BURST, end * REQUESTS_PER_BURST];
    return { requests, ratio: { value: Math.exp(value), low: Math.exp(low), high: Math.exp(high) } };
  });
  return {
    action,
    times: all.length,
    cpuMs: median(all.map(({ cpuMicros }) => cpuMicros)) / 1000,
    pauseMs: median(all.map(({ pauseMs }) => pauseMs)),
    extraMs: estimate(({ extraMs }) => extraMs),
    buckets,
  };
}
