import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Answers, Ask, ProgramMessage } from './messages.ts';

const STOP_TIMEOUT_MS = 3000;

/** How a program is started. */
export interface AskedProcessOptions {
  entry: URL;
  env?: NodeJS.ProcessEnv;
  /** Gets every line of its stderr, where the guard logs. */
  onLine: (line: string) => void;
}

/**
 * The demo's side of a program that calls `answerParent`. It ends with this process, whatever happens: its IPC channel
 * closes then.
 */
export class AskedProcess<A extends Answers, Ready = null> {
  /** What it tells when it has started. */
  readonly ready: Promise<Ready>;
  readonly #child: ChildProcess;
  readonly #ended: Promise<never>;
  #questions = 0;

  constructor({ entry, env, onLine }: AskedProcessOptions) {
    const child = fork(entry, {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: { ...process.env, ...env },
    });
    this.#child = child;
    createInterface({ input: child.stderr! }).on('line', onLine);
    process.once('exit', () => child.kill('SIGKILL'));
    this.#ended = new Promise((_, reject) => {
      child.once('error', reject);
      child.once('exit', (code, signal) => {
        reject(new Error(`${entry.pathname} ended early (${signal ?? `code ${code}`})`));
      });
    });
    this.#ended.catch(() => undefined);
    this.ready = this.#next((message) =>
      message.type === 'ready' ? { value: message.ready as Ready } : null,
    );
    this.ready.catch(() => undefined);
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** Rejects with what the program threw, and when it ends before. */
  ask<Q extends keyof A & string>(question: Q): Promise<Awaited<ReturnType<A[Q]>>> {
    const id = ++this.#questions;
    const answer = this.#next((message) => {
      if (message.type === 'ready' || message.id !== id) return null;
      if (message.type === 'failed') throw new Error(message.message);
      return { value: message.answer as Awaited<ReturnType<A[Q]>> };
    });
    this.#child.send({ id, ask: question } satisfies Ask);
    return answer;
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    if (child.connected) child.disconnect();
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await exit;
    clearTimeout(timer);
  }

  /** The first message that `read` makes something of; rejects if it throws or the process ends before. */
  #next<T>(read: (message: ProgramMessage) => { value: T } | null): Promise<T> {
    let listener: (message: ProgramMessage) => void = () => undefined;
    const first = new Promise<T>((resolve, reject) => {
      listener = (message) => {
        try {
          const found = read(message);
          if (found !== null) resolve(found.value);
        } catch (error) {
          reject(error as Error);
        }
      };
    });
    this.#child.on('message', listener);
    return Promise.race([first, this.#ended]).finally(() => this.#child.off('message', listener));
  }
}
