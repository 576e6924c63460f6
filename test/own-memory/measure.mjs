import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { REQUESTS_PER_SET, sendAll } from './send-all.mjs';

/** What a guard may retain. */
export const MAX_RETAINED_BYTES = 5 * 2 ** 20;

/** A scope may lose its place once it has idled for 20 rows, and four other sets of patterns take their turns meanwhile. */
const ROWS_PER_SET = 7;
/** Where waiting for rows ends: a guard that notes none fails its test then. */
const MAX_REPEATS = 30;

const SERVER = fileURLToPath(new URL('server.mjs', import.meta.url));

/**
 * @typedef {object} Retained what app and guard of a server process retain, and what the guard says of itself
 * @property {number} served requests that were answered
 * @property {number} retainedBytes freed by a full GC once both are dropped
 * @property {number} units
 * @property {number} scopes
 * @property {number} evicted
 * @property {number} rows
 */

/**
 * Serves real requests from a process of its own and measures what it retains. A guard that counts gets each set of patterns
 * until it has noted some rows: how many requests that takes depends on the machine.
 *
 * @param {'disabled' | 'guarded'} variant
 * @param {number} requests at least so many
 * @param {readonly number[]} [repeats] how often each set is sent; as often as the rows need, if not given
 * @returns {Promise<Retained & { repeats: number[] }>}
 */
export async function measure(variant, requests, repeats) {
  // Without a test runner's environment, which would switch the guard off.
  const { VITEST: _, NODE_ENV: __, ...env } = process.env;
  const server = fork(SERVER, [variant], { env: { ...env, NODE_ENV: 'production' }, execArgv: [] });
  try {
    const [{ port }] = await once(server, 'message');
    const sent = [];
    for (let from = 0; from < requests; from += REQUESTS_PER_SET) {
      const enough = (await ask(server, 'rows')) + ROWS_PER_SET;
      const isDone = async (/** @type {number} */ times) =>
        repeats === undefined
          ? times === MAX_REPEATS || (await ask(server, 'rows')) >= enough
          : times === repeats[sent.length];
      let times = 0;
      do await sendAll(port, from, Math.min(requests, from + REQUESTS_PER_SET));
      while (!(await isDone(++times)));
      sent.push(times);
    }
    return { ...(await ask(server, 'measure')), repeats: sent };
  } finally {
    server.kill('SIGKILL');
  }
}

/**
 * @param {import('node:child_process').ChildProcess} server
 * @param {'rows' | 'measure'} what
 */
async function ask(server, what) {
  server.send(what);
  const [answer] = await once(server, 'message');
  return answer;
}
