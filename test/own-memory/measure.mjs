import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { sendAll } from './send-all.mjs';

/** What a guard may retain. */
export const MAX_RETAINED_BYTES = 5 * 2 ** 20;

const SERVER = fileURLToPath(new URL('server.mjs', import.meta.url));

/**
 * @typedef {object} Retained what app and guard of a server process retain, and what the guard says of itself
 * @property {number} retainedBytes freed by a full GC once both are dropped
 * @property {number} units
 * @property {number} scopes
 * @property {number} evicted
 * @property {number} rows
 */

/**
 * Serves real requests from a process of its own and measures what it retains.
 *
 * @param {'disabled' | 'guarded'} variant
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
