import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { BurstClient } from './burst-client.mjs';

const SCRIPT = fileURLToPath(new URL('server.mjs', import.meta.url));
const ANSWER_MS = 20_000;

/** One start of one variant: its process, and the connections to it. */
export class ServerProcess {
  /** @param {import('node:child_process').ChildProcess} child @param {BurstClient} client */
  constructor(child, client) {
    this.child = child;
    this.client = client;
  }

  /** @param {import('./app.mjs').Framework} framework @param {string} variant */
  static async start(framework, variant) {
    const env = { ...process.env, NODE_ENV: 'production' };
    const child = fork(SCRIPT, [framework, variant], { env, execArgv: [] });
    try {
      const { port } = await answer(child);
      return new ServerProcess(child, await BurstClient.connect(port));
    } catch (error) {
      child.kill('SIGKILL');
      throw new Error(`the server of ${framework}, variant "${variant}", did not start`, { cause: error });
    }
  }

  /** @returns {Promise<number>} CPU of the server process per request of this burst, microseconds */
  async burst(requests) {
    const before = await this.#cpuMicros();
    await this.client.burst(requests);
    return ((await this.#cpuMicros()) - before) / requests;
  }

  async stop() {
    this.client.close();
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exited = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exited;
  }

  async #cpuMicros() {
    this.child.send('cpu');
    return (await answer(this.child)).cpuMicros;
  }
}

/** The child's next message. @param {import('node:child_process').ChildProcess} child */
async function answer(child) {
  const giveUp = new AbortController();
  const timer = setTimeout(() => giveUp.abort(), ANSWER_MS);
  const exit = once(child, 'exit', { signal: giveUp.signal }).then(([code]) => {
    throw new Error(`the server ended with code ${code}`);
  });
  try {
    const [message] = await Promise.race([once(child, 'message', { signal: giveUp.signal }), exit]);
    return message;
  } finally {
    clearTimeout(timer);
    exit.catch(() => {});
    giveUp.abort();
  }
}
