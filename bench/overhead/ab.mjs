import { bootstrap, mapEstimate, mean, median, shuffle, trimmedMean } from './statistics.mjs';

/** Bursts of each process per start. More starts say more than more bursts: two starts of one program differ by percents. */
const ROUNDS_PER_START = 16;

/**
 * What is compared: `start` gives a process of one variant, whose `burst` resolves with the CPU that it took per unit.
 *
 * @typedef {object} AbSubject
 * @property {Record<string, { title: string, every: number }>} variants `bare` and `again` among them
 * @property {(variant: string) => Promise<{ burst(units: number): Promise<number>, warmUp(): Promise<void>, stop(): Promise<void> }>} start
 * @property {number} unitsPerBurst
 */

/**
 * @typedef {{ variant: string, title: string, starts: number, bursts: number, microsPerUnit: number,
 *   ratio: import('./statistics.mjs').Estimate | null }} AbRow `ratio`: CPU per unit over that of the bare process; null for the bare one
 */

/**
 * CPU per unit of live processes, variant against bare. They are started together, then get short bursts in random
 * order; one comparison is made of two bursts of the same round, so that whatever else disturbs the machine hits both.
 *
 * @param {AbSubject} subject
 * @param {{ rounds: number, maxMs: number, onStart?: (done: number, all: number) => void }} options
 * @returns {Promise<{ rows: AbRow[], starts: number, unitsPerBurst: number, roundsPerStart: number }>}
 */
export async function runAb(subject, { rounds, maxMs, onStart }) {
  const { variants, unitsPerBurst } = subject;
  const starts = Math.max(Math.ceil(rounds / ROUNDS_PER_START), 3);
  const deadline = performance.now() + maxMs;
  /** @type {Record<string, number[]>[]} */
  const results = [];
  while (results.length < starts && (results.length < 3 || performance.now() < deadline)) {
    const at = results.length;
    const names = Object.keys(variants).filter((name) => at % variants[name].every === 0);
    results.push(await oneStart(subject, names));
    onStart?.(results.length, starts);
  }
  return {
    rows: Object.entries(variants).map(([variant, { title }]) => summarize(variant, title, results)),
    starts: results.length,
    unitsPerBurst,
    roundsPerStart: ROUNDS_PER_START,
  };
}

/** @param {AbSubject} subject @param {string[]} variants @returns {Promise<Record<string, number[]>>} microseconds per unit, by round */
async function oneStart({ start, unitsPerBurst }, variants) {
  const processes = [];
  const micros = {};
  try {
    for (const variant of shuffle([...variants])) processes.push({ variant, started: await start(variant) });
    for (const { started } of processes) await started.warmUp();
    for (let round = 0; round < ROUNDS_PER_START; round += 1) {
      for (const { variant, started } of shuffle([...processes])) {
        micros[variant] ??= [];
        micros[variant].push(await started.burst(unitsPerBurst));
      }
    }
  } finally {
    await Promise.all(processes.map(({ started }) => started.stop()));
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
    microsPerUnit: mean(own.map((start) => median(start[variant]))),
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
