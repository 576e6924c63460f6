import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestRedis } from '@leakguard/test-utils';
import type { JobsOptions, Queue } from 'bullmq';
import type { RecycledEvent } from '../src/events.ts';
import type { GuardedWorker, GuardedWorkerOptions } from '../src/guarded-worker-types.ts';
import type { Major } from './majors.ts';
import { until } from './until.ts';

/** A file of `test/processors`. Isolates load them through the built entry: `npm run build -w packages/bullmq` first. */
export function processorFile(name: string): string {
  return fileURLToPath(new URL(`processors/${name}`, import.meta.url));
}

interface Line {
  what: string;
  id: string;
  isolate: string;
}

/** One queue of its own, the execution log of its jobs, and the workers on it. */
export class JobBench {
  readonly queue: Queue;
  readonly log: string;
  readonly recycled: RecycledEvent[] = [];
  readonly stalled: string[] = [];
  readonly errors: Error[] = [];
  readonly #folder = mkdtempSync(join(tmpdir(), 'leakguard-jobs-'));
  readonly #major: Major;
  readonly #redis: TestRedis;
  readonly #workers: GuardedWorker[] = [];

  constructor(major: Major, redis: TestRedis) {
    this.#major = major;
    this.#redis = redis;
    this.log = join(this.#folder, 'executions');
    writeFileSync(this.log, '');
    this.queue = new major.bullmq.Queue(`leakguard-test-${randomUUID()}`, { connection: this.connection });
    this.queue.on('error', () => undefined);
  }

  get connection(): { host: string; port: number; maxRetriesPerRequest: null } {
    const { host, port } = this.#redis;
    return { host, port, maxRetriesPerRequest: null };
  }

  /** @param data given to each job, beside the log */
  async add(count: number, data: object = {}, opts: JobsOptions = {}): Promise<string[]> {
    const jobs = Array.from({ length: count }, (_, n) => ({
      name: 'job',
      data: { log: this.log, n, ...data },
      opts,
    }));
    return (await this.queue.addBulk(jobs)).map(({ id }) => id!);
  }

  worker(
    processor: ConstructorParameters<Major['GuardedWorker']>[1],
    opts: Partial<GuardedWorkerOptions> = {},
  ): GuardedWorker {
    const { GuardedWorker } = this.#major;
    const file =
      typeof processor === 'string' && !processor.includes('/') ? processorFile(processor) : processor;
    const worker = new GuardedWorker(this.queue.name, file, {
      connection: this.connection,
      drainDelay: 1,
      ...opts,
    } as GuardedWorkerOptions);
    worker.on('recycled', (event) => void this.recycled.push(event));
    worker.on('stalled', (id) => void this.stalled.push(id));
    worker.on('error', (error) => void this.errors.push(error));
    this.#workers.push(worker);
    return worker;
  }

  get executions(): Line[] {
    const lines = readFileSync(this.log, 'utf8').split('\n').slice(0, -1);
    return lines.map((line) => {
      const [what, id, isolate] = line.split(' ') as [string, string, string];
      return { what, id, isolate };
    });
  }

  idsOf(what: 'S' | 'E'): string[] {
    return this.executions.filter((line) => line.what === what).map(({ id }) => id);
  }

  /** Isolates that ran jobs, in order of their first. */
  get isolates(): string[] {
    return [...new Set(this.executions.map(({ isolate }) => isolate))];
  }

  get pids(): number[] {
    return [...new Set(this.isolates.map((isolate) => Number(isolate.split(':')[0])))];
  }

  counts(): Promise<Record<string, number>> {
    return this.queue.getJobCounts('completed', 'failed', 'active', 'wait', 'delayed', 'waiting-children');
  }

  async finished(count: number): Promise<void> {
    await until(async () => {
      const { completed = 0, failed = 0 } = await this.counts();
      return completed + failed >= count;
    }, `${count} jobs are finished`);
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.close()));
    await this.queue.obliterate({ force: true });
    await this.queue.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
