import { fork } from 'node:child_process';
import { once } from 'node:events';

const ANSWER_MS = 60_000;

/** A child process of one variant, which tells its CPU whenever it is asked. */
export class MeasuredProcess {
  #child;

  /** @param {import('node:child_process').ChildProcess} child */
  constructor(child) {
    this.#child = child;
  }

  /** Resolves with the process and its first message. @param {URL} script @param {string[]} args */
  static async start(script, args) {
    const env = { ...process.env, NODE_ENV: 'production' };
    const child = fork(script, args, { env, execArgv: [] });
    const measured = new MeasuredProcess(child);
    try {
      return { measured, ready: await measured.message() };
    } catch (error) {
      child.kill('SIGKILL');
      throw new Error(`${script.href} ${args.join(' ')} did not start`, { cause: error });
    }
  }

  async cpuMicros() {
    return (await this.ask('cpu')).cpuMicros;
  }

  /** @returns {Promise<any>} the answer */
  ask(question) {
    this.#child.send(question);
    return this.message();
  }

  /** @returns {Promise<any>} the next message */
  async message() {
    const giveUp = new AbortController();
    const timer = setTimeout(() => giveUp.abort(), ANSWER_MS);
    const exit = once(this.#child, 'exit', { signal: giveUp.signal }).then(([code]) => {
      throw new Error(`the process ended with code ${code}`);
    });
    try {
      const [message] = await Promise.race([once(this.#child, 'message', { signal: giveUp.signal }), exit]);
      return message;
    } finally {
      clearTimeout(timer);
      exit.catch(() => {});
      giveUp.abort();
    }
  }

  async stop() {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }
}

/** The child's side: answers with its CPU, and ends with its parent, however that went. @param {(question: any) => void} other */
export function answerParent(other = () => {}) {
  process.on('message', (question) => {
    if (question !== 'cpu') return other(question);
    const { user, system } = process.cpuUsage();
    process.send({ cpuMicros: user + system });
  });
  process.on('disconnect', () => process.exit());
}
