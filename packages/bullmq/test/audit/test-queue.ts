import type { JobsOptions, Queue, QueueOptions, Worker, WorkerOptions } from 'bullmq6';
import type { Redis } from 'ioredis';
import { onTestFinished } from 'vitest';
import type { BullMajor } from './bull-majors.ts';

interface TestQueueOptions {
  queue?: Partial<QueueOptions>;
  name?: string;
}

let queues = 0;

/** A queue of the test's own on a server, and its workers; all is closed when the test ends. */
export class TestQueue {
  readonly name: string;
  readonly redis: Redis;
  readonly queue: Queue;
  readonly #bull: BullMajor;
  readonly #url: string;
  readonly #options: TestQueueOptions;

  constructor(bull: BullMajor, url: string, options: TestQueueOptions = {}) {
    queues += 1;
    this.#bull = bull;
    this.#url = url;
    this.#options = options;
    this.name = options.name ?? `queue-${process.pid}-${queues}`;
    this.redis = this.connection();
    this.queue = new bull.bullmq.Queue(this.name, { connection: this.redis, ...options.queue });
    const { queue } = this;
    onTestFinished(() => queue.close());
  }

  /** A connection of its own, for a test's looks. */
  connection(url: string = this.#url): Redis {
    const redis = new this.#bull.Redis(url, { maxRetriesPerRequest: null });
    redis.on('error', () => undefined);
    onTestFinished(() => redis.disconnect());
    return redis;
  }

  worker(options: Partial<WorkerOptions> = {}, process: (name: string) => unknown = () => 'done'): Worker {
    const { prefix } = this.#options.queue ?? {};
    const worker = new this.#bull.bullmq.Worker(
      this.name,
      async (job) => {
        if (job.name === 'logs') for (let line = 0; line < 3; line++) await job.log('a line');
        return process(job.name);
      },
      {
        connection: this.connection(),
        autorun: false,
        ...(prefix === undefined ? {} : { prefix }),
        ...options,
      },
    );
    worker.on('error', () => undefined);
    onTestFinished(() => worker.close(true));
    return worker;
  }

  /** Adds jobs and lets a worker finish all of them. */
  async work(
    worker: Worker,
    count: number,
    { name = 'send', data = {}, opts = {} }: { name?: string; data?: unknown; opts?: JobsOptions } = {},
  ): Promise<void> {
    let left = count;
    const finished = new Promise<void>((resolve) => {
      const onFinished = (): void => {
        left -= 1;
        if (left === 0) resolve();
      };
      worker.on('completed', onFinished);
      worker.on('failed', onFinished);
    });
    await this.queue.addBulk(Array.from({ length: count }, () => ({ name, data, opts })));
    if (!worker.isRunning()) void worker.run();
    await finished;
  }
}
