import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Queue } from 'bullmq';
import { AskedProcess } from 'demo-kit';
import { QUEUE } from '../app.ts';
import type { PlannedJob } from '../jobs.ts';
import { checkExecutions, type Executions } from './executions.ts';
import type { WorkerAnswers } from './worker-program.ts';

/** How one of the two is run. */
export interface VariantOptions {
  name: string;
  maxJobsPerWorker: number;
  redisUrl: string;
  /** Where its execution log and its growth log go. */
  folder: string;
  onLine: (line: string) => void;
}

const CONNECT_TIMEOUT_MS = 10_000;
const REDIS_TIMEOUT_MS = 1000;

/** One of the two: a worker program, and a queue that nobody else works on. */
export class Variant {
  readonly name: string;
  readonly program: AskedProcess<WorkerAnswers>;
  /** The file of each process has its pid before the extension. */
  readonly growthLog: string;
  readonly #queue: Queue;
  readonly #executionLog: string;
  readonly #added: string[] = [];

  constructor({ name, maxJobsPerWorker, redisUrl, folder, onLine }: VariantOptions) {
    const prefix = `leakguard-demo-${process.pid}-${maxJobsPerWorker}`;
    this.name = name;
    this.growthLog = join(folder, `growth-${maxJobsPerWorker}.ndjson`);
    this.#executionLog = join(folder, `executions-${maxJobsPerWorker}`);
    closeSync(openSync(this.#executionLog, 'w'));
    this.#queue = new Queue(QUEUE, { prefix, connection: { url: redisUrl, retryStrategy: () => 1000 } });
    this.#queue.on('error', () => undefined);
    this.program = new AskedProcess({
      entry: new URL('./worker-program.js', import.meta.url),
      env: {
        REDIS_URL: redisUrl,
        DEMO_PREFIX: prefix,
        MAX_JOBS_PER_WORKER: String(maxJobsPerWorker),
        GROWTH_LOG: this.growthLog,
        EXECUTION_LOG: this.#executionLog,
      },
      onLine,
    });
  }

  get added(): number {
    return this.#added.length;
  }

  /** Rejects where Redis does not answer. */
  async ready(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const error = new Error(`Redis did not answer within ${CONNECT_TIMEOUT_MS / 1000} s: see REDIS_URL`);
      timer = setTimeout(() => reject(error), CONNECT_TIMEOUT_MS);
    });
    await Promise.race([Promise.all([this.#queue.waitUntilReady(), this.program.ready]), late]).finally(() =>
      clearTimeout(timer),
    );
  }

  async add(jobs: PlannedJob[]): Promise<void> {
    const added = await this.#queue.addBulk(jobs);
    this.#added.push(...added.map(({ id }) => id!));
  }

  waiting(): Promise<number> {
    return this.#queue.getWaitingCount();
  }

  executions(): Executions {
    return checkExecutions(this.#added, readFileSync(this.#executionLog, 'utf8'));
  }

  /** @param leavesRedis whether somebody else uses that Redis, who wants nothing of ours to stay in it */
  async stop(leavesRedis: boolean): Promise<void> {
    await this.program.stop();
    // Where Redis is gone, neither ever ends.
    const removed = leavesRedis ? this.#queue.obliterate({ force: true }) : Promise.resolve();
    await within(removed, REDIS_TIMEOUT_MS);
    await within(this.#queue.disconnect(), REDIS_TIMEOUT_MS);
  }
}

/** Waits for it, but not longer, and whatever comes of it. */
async function within(work: Promise<unknown>, timeoutMs: number): Promise<void> {
  const stop = new AbortController();
  const done = work.catch(() => undefined).finally(() => stop.abort());
  await Promise.race([done, sleep(timeoutMs, undefined, { signal: stop.signal }).catch(() => undefined)]);
}
