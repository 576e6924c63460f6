import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { sendAll } from './send-all.mjs';

const SERVER = fileURLToPath(new URL('server.mjs', import.meta.url));

/**
 * @typedef {object} Retained what a server process holds after a full GC, and what its guard, if it has one, says of itself
 * @property {number} retainedBytes heap and what is external to it
 * @property {number} [units]
 * @property {number} [scopes]
 * @property {number} [evicted]
 * @property {number} [rows]
 */

/**
 * Serves real requests from a process of its own and measures what it retains afterwards.
 *
 * @param {'bare' | 'guarded'} variant
 * @param {number} requests
 * @returns {Promise<Retained>}
 */
export async function measure(variant, requests) {
  // Without a test runner's environment, which would switch the guard off.
  const { VITEST: _, NODE_ENV: __, ...env } = process.env;
  const server = fork(SERVER, [variant], { env: { ...env, NODE_ENV: 'production' }, execArgv: [] });
  try {
    const [{ port }] = await once(server, 'message');
    await sendAll(port, requests);
    server.send('measure');
    const [retained] = await once(server, 'message');
    return retained;
  } finally {
    server.kill('SIGKILL');
  }
}
