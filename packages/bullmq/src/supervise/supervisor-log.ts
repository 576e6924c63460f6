import { basename } from 'node:path';
import type { Logger } from '@leakguard/core';
import type { ClosedEvent, CrashedEvent, ReplacedEvent } from './events.ts';
import type { ResolvedSuperviseOptions } from './options.ts';
import type { WorkerProcess } from './worker-process.ts';

/** What a supervisor says, in one place. */
export class SupervisorLog {
  readonly #logger: Logger;
  readonly #options: ResolvedSuperviseOptions;
  readonly #program: string;

  constructor(options: ResolvedSuperviseOptions) {
    this.#logger = options.logger;
    this.#options = options;
    this.#program = basename(options.entry);
  }

  ready(pids: readonly number[]): void {
    this.#logger.info({ pids }, `leakguard: ${this.#options.processes} x ${this.#program} ready`);
  }

  replaced(event: ReplacedEvent): void {
    const why =
      event.jobs === null ? event.reason : `${event.reason}, which it asked for after ${event.jobs} jobs`;
    this.#logger.info(fields(event), `leakguard: worker ${event.oldPid} replaced by ${event.pid} (${why})`);
  }

  replacementFailed(worker: WorkerProcess): void {
    const text = `a replacement could not start (${this.#whyNotReady(worker)}); the old one works on, and it is tried again`;
    this.#logger.warn({ index: worker.slot.index }, `leakguard: ${text}`);
  }

  notReady(worker: WorkerProcess): void {
    this.#logger.warn(
      { workerPid: worker.pid },
      `leakguard: ${this.#whyNotReady(worker)}; it is started again`,
    );
  }

  crashed(event: CrashedEvent, error: Error | undefined): void {
    const how = error?.message ?? event.signal ?? `exit code ${event.code}`;
    const who = event.pid === null ? 'a worker' : `worker ${event.pid}`;
    this.#logger.error(fields(event), `leakguard: ${who} ended while ${event.phase}: ${how}`);
  }

  killedAtDeadline({ pid }: WorkerProcess): void {
    const text = `worker ${pid} had not drained within ${this.#options.drainTimeout} ms and was killed; its jobs run again when their locks expire`;
    this.#logger.warn({ workerPid: pid }, `leakguard: ${text}`);
  }

  gaveUp(failedStarts: number): void {
    const text = `${this.#program} failed to start ${failedStarts} times in a row and no worker is left: gave up. What it wrote itself is above.`;
    this.#logger.error({ entry: this.#options.entry }, `leakguard: ${text}`);
  }

  draining(pids: readonly number[]): void {
    this.#logger.info({ pids }, 'leakguard: draining all workers');
  }

  killing(signal: NodeJS.Signals, pids: readonly number[]): void {
    this.#logger.error({ pids }, `leakguard: ${signal} again: workers are killed, their jobs run again`);
  }

  closed(event: ClosedEvent): void {
    this.#logger.info(event, 'leakguard: all workers have ended');
  }

  #whyNotReady(worker: WorkerProcess): string {
    if (worker.hasEnded) return `${this.#program} ended before it was ready`;
    const within = `${this.#program} was not ready within ${this.#options.readyTimeout} ms`;
    return worker.hasJoined
      ? `${within}: its worker has no connection to Redis`
      : `${within}: it started no GuardedWorker`;
  }
}

/** A logger's own `pid` is that of the supervisor: a second one would make it unreadable. */
function fields<Event extends { pid: number | null }>({ pid, ...rest }: Event): object {
  return { ...rest, workerPid: pid };
}
