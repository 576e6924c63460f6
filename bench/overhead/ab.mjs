import { ServerProcess } from './server-process.mjs';
import { bootstrap, mapEstimate, mean, median, shuffle, trimmedMean } from './statistics.mjs';
import { VARIANTS } from './variants.mjs';

/** Bursts of each server per start. More starts say more than more bursts: two starts of one program differ by percents. */
const ROUNDS_PER_START = 16;
const REQUESTS_PER_BURST = 256;
/** Requests until V8 has compiled what it will compile. */
const WARM_UP_REQUESTS = 4096;

/**
 * @typedef {{ variant: string, title: string, starts: number, bursts: number, microsPerRequest: number,
 *   ratio: import('./statistics.mjs').Estimate | null }} AbRow `ratio`: CPU per request over that of the bare server; null for the bare one
 */

/**
 * CPU per request of live servers, variant against bare. Servers are started together, then get short bursts in random
 * order; one comparison is made of two bursts of the same round, so that whatever else disturbs the machine hits both.
 *
 * @param {import('./app.mjs').Framework} framework
 * @param {{ rounds: number, maxMs: number, onStart?: (done: number, all: number) => void }} options
 * @returns {Promise<{ rows: AbRow[], starts: number, requestsPerBurst: number, roundsPerStart: number }>}
 */
export async function runAb(framework, { rounds, maxMs, onStart }) {
  const variants = VARIANTS[framework];
  const starts = Math.max(Math.ceil(rounds / ROUNDS_PER_START), 3);
  const deadline = performance.now() + maxMs;
  /** @type {Record<string, number[]>[]} */
  const results = [];
  while (results.length < starts && (results.length < 3 || performance.now() < deadline)) {
    const at = results.length;
    const names = Object.keys(variants).filter((name) => at % variants[name].every === 0);
    results.push(await oneStart(framework, names));
    onStart?.(results.length, starts);
  }
  return {
    rows: Object.entries(variants).map(([variant, { title }]) => summarize(variant, title, results)),
    starts: results.length,
    requestsPerBurst: REQUESTS_PER_BURST,
    roundsPerStart: ROUNDS_PER_START,
  };
}

/** @param {import('./app.mjs').Framework} framework @param {string[]} variants @returns {Promise<Record<string, number[]>>} microseconds per request, by round */
async function oneStart(framework, variants) {
  const servers = [];
  const micros = {};
  try {
    for (const variant of shuffle([...variants]))
      servers.push({ variant, server: await ServerProcess.start(framework, variant) });
    for (const { server } of servers) await server.burst(WARM_UP_REQUESTS);
    for (let round = 0; round < ROUNDS_PER_START; round += 1) {
      for (const { variant, server } of shuffle([...servers])) {
        micros[variant] ??= [];
        micros[variant].push(await server.burst(REQUESTS_PER_BURST));
      }
    }
  } finally {
    await Promise.all(servers.map(({ server }) => server.stop()));
  }
  return micros;
}

/** @param {string} variant @param {string} title @param {Record<string, number[]>[]} results @returns {AbRow} */
function summarize(variant, title, results) {
  const own = results.filter((start) => start[variant] !== undefined);
  return {
    variant,
    title,
    starts: own.length,
    bursts: own.reduce((sum, start) => sum + start[variant].length, 0),
    microsPerRequest: mean(own.map((start) => median(start[variant]))),
    ratio: variant === 'bare' ? null : ratioToBare(own, variant),
  };
}

/**
 * Log-ratios burst by burst, their trimmed mean per start, and the mean of the starts. Starts are what is resampled:
 * bursts of one start share its process, and an interval over all bursts would claim too much.
 */
function ratioToBare(starts, variant) {
  const ofStart = starts.map((start) => {
    const logs = start[variant].map((micros, round) => Math.log(micros / start.bare[round]));
    return trimmedMean(logs);
  });
  return mapEstimate(bootstrap(ofStart, trimmedMean, Math.random), Math.exp);
}
