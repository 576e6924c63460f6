import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { GrowthReport } from '@leakguard/core';
import type { Ask, Question, ServerMessage } from '../server-messages.ts';

const STOP_TIMEOUT_MS = 3000;

/** The demo's side of the server process, which ends with this one, whatever happens: its IPC channel closes then. */
export class ServerProcess {
  /** Rejects when the process ends before it was told to. */
  readonly ended: Promise<never>;
  readonly #child: ChildProcess;
  #questions = 0;

  /** @param onLine gets every line of its stderr, where the guard logs */
  constructor(entry: URL, onLine: (line: string) => void) {
    const child = fork(entry, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    this.#child = child;
    createInterface({ input: child.stderr! }).on('line', onLine);
    process.once('exit', () => child.kill('SIGKILL'));
    this.ended = new Promise((_, reject) => {
      child.once('error', reject);
      child.once('exit', (code, signal) => {
        reject(new Error(`the server process ended early (${signal ?? `code ${code}`})`));
      });
    });
    this.ended.catch(() => undefined);
  }

  /** The port that it got from the system. */
  port(): Promise<number> {
    return this.#next((message) => (message.type === 'listening' ? message.port : undefined));
  }

  /** The guard's report: as of now, or after `analyze()`. */
  ask(question: Question): Promise<GrowthReport> {
    const id = ++this.#questions;
    const answer = this.#next((message) => {
      if (message.type === 'listening' || message.id !== id) return undefined;
      if (message.type === 'failed') throw new Error(message.message);
      return message.report;
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
  #next<T>(read: (message: ServerMessage) => T | undefined): Promise<T> {
    let listener: (message: ServerMessage) => void = () => undefined;
    const found = new Promise<T>((resolve, reject) => {
      listener = (message) => {
        try {
          const value = read(message);
          if (value !== undefined) resolve(value);
        } catch (error) {
          reject(error as Error);
        }
      };
    });
    this.#child.on('message', listener);
    return Promise.race([found, this.ended]).finally(() => this.#child.off('message', listener));
  }
}
