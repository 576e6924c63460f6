import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import path from 'node:path';
import { startRedis } from '@leakguard/test-utils/redis-server';
import { loadCase } from './cases.mjs';

const SERVE = path.join(import.meta.dirname, 'serve.mjs');
const KEPT_FAILURES = 20;
const KEPT_STDERR_CHARS = 4_000;
const START_TIMEOUT_MS = 30_000;
/** `analyze()` at `prove` waits for forced collections under full load. */
const ANSWER_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 10_000;

/** @typedef {'growth' | 'leak' | 'cleared'} GuardEvent */

/**
 * The parent's side of serve.mjs.
 *
 * @typedef {object} ServerProcess
 * @property {number} port 0 for a worker
 * @property {import('./job-load.mjs').JobTarget | null} jobs where a worker's jobs go; null for an HTTP server
 * @property {readonly string[]} failures uncaught exceptions, unhandled rejections and an early end, with stacks
 * @property {(ask: string) => Promise<any>} ask `report`, `analyze`, `memory`, `rival`, or what else its program answers
 * @property {() => string} stderr the last few thousand characters that the child wrote
 * @property {() => Promise<void>} stop
 */

/**
 * Starts one case in a child process; a job case with a Redis of its own, or that of REDIS_URL.
 *
 * @param {string} name
 * @param {import('./serve.mjs').ServeOptions & { onEvent?: (event: GuardEvent, report: import('@leakguard/core').ScopeReport) => void, nodeFlags?: readonly string[] }} options
 *   `nodeFlags`: of the child's Node (default none)
 * @returns {Promise<ServerProcess>}
 */
export async function startServer(name, options) {
  if (loadCase(name).framework !== 'bullmq') return startChild(SERVE, name, { ...options, jobs: null });
  const { host, port, stop: stopRedis } = await startRedis();
  const prefix = `leakguard-corpus-${randomUUID()}`;
  const jobs = { queue: name, prefix, connection: { host, port, maxRetriesPerRequest: null } };
  try {
    const server = await startChild(SERVE, name, { ...options, jobs });
    const stop = async () => {
      await server.stop();
      await stopRedis();
    };
    return { ...server, stop };
  } catch (error) {
    await stopRedis();
    throw error;
  }
}

/**
 * Starts a program that serves one case in a child process, as serve.mjs does: it listens, tells so and answers questions
 * (parent-link.mjs).
 *
 * @param {string} program its path
 * @param {string} name its first argument, and what messages call it
 * @param {Record<string, any> & Pick<Parameters<typeof startServer>[1], 'onEvent' | 'nodeFlags'> & {
 *   onMessage?: (message: any) => void, jobs?: import('./job-load.mjs').JobTarget | null }} options `onMessage`: for messages of
 *   types of its own; the rest is its second argument, as JSON
 * @returns {Promise<ServerProcess>}
 */
export async function startChild(program, name, { onEvent, onMessage, nodeFlags = [], ...options }) {
  const { jobs = null } = options;
  const child = fork(program, [name, JSON.stringify(options)], {
    execArgv: [...nodeFlags],
    // NODE_ENV=test of a test runner would switch the guard and Express's own error log off.
    env: { ...process.env, NODE_ENV: 'production', VITEST: '' },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  /** @type {string[]} */
  const failures = [];
  /** @type {Map<number, { resolve: (value: unknown) => void, reject: (error: Error) => void }>} */
  const waiting = new Map();
  let stderr = '';
  let lastId = 0;
  let stopping = false;
  child.stderr?.setEncoding('utf8').on('data', (text) => {
    stderr = (stderr + text).slice(-KEPT_STDERR_CHARS);
  });
  const fail = (/** @type {string} */ message) => {
    if (failures.length < KEPT_FAILURES) failures.push(message);
  };
  const ended = once(child, 'exit').then(([code, signal]) => {
    const message = `the server of ${name} ended (code ${code}, signal ${signal})\n${stderr}`;
    if (!stopping) fail(message);
    for (const { reject } of waiting.values()) reject(new Error(message));
    waiting.clear();
  });

  const listening = new Promise((resolve, reject) => {
    child.on('message', (/** @type {any} */ message) => {
      if (message.type === 'listening') resolve(message.port);
      else if (message.type === 'failed') reject(new Error(message.message));
      else if (message.type === 'failure') fail(message.message);
      else if (message.type === 'event') onEvent?.(message.event, message.report);
      else if (message.type === 'answer') answer(message);
      else onMessage?.(message);
    });
    void ended.then(() => reject(new Error(failures.at(-1))));
  });

  /** @param {{ id: number, value?: unknown, error?: string }} message */
  function answer({ id, value, error }) {
    const asker = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) asker?.resolve(value);
    else asker?.reject(new Error(error));
  }

  /** @param {string} question */
  function ask(question) {
    if (!child.connected)
      return Promise.reject(new Error(failures.at(-1) ?? `the server of ${name} has ended`));
    const id = ++lastId;
    const answered = new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      child.send({ id, ask: question });
    });
    return within(ANSWER_TIMEOUT_MS, answered, `the server of ${name} did not answer "${question}"`);
  }

  async function stop() {
    stopping = true;
    try {
      if (child.connected) await within(STOP_TIMEOUT_MS, ask('stop'), `the server of ${name} did not stop`);
      await within(STOP_TIMEOUT_MS, ended, `the server of ${name} did not exit: something keeps it alive`);
    } catch (error) {
      fail(/** @type {Error} */ (error).message);
      child.kill('SIGKILL');
      await ended;
    }
  }

  try {
    const port = await within(START_TIMEOUT_MS, listening, `the server of ${name} did not start`);
    return { port, jobs, failures, ask, stop, stderr: () => stderr };
  } catch (error) {
    stopping = true;
    child.kill('SIGKILL');
    await ended;
    throw error;
  }
}

/**
 * @template T
 * @param {number} ms
 * @param {Promise<T>} promise
 * @param {string} message
 * @returns {Promise<T>}
 */
async function within(ms, promise, message) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const late = new Promise((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${message} within ${ms} ms`)), ms);
  });
  try {
    return await /** @type {Promise<T>} */ (Promise.race([promise, late]));
  } finally {
    clearTimeout(timer);
  }
}
