import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestRedis } from '@leakguard/test-utils';
import { Queue } from 'bullmq';
import { atEnd, temporaryFolder, until } from './harness.ts';

let queues = 0;

/** What `job-worker.mjs` and `guarded-worker.mjs` wrote. */
export interface LogLine {
  what: string;
  id: string;
  pid: number;
  time: number;
}

/** A queue of its own and the execution log of those who work on it. */
export class JobRun {
  readonly queue: Queue;
  /** For the worker program. */
  readonly env: Record<string, string>;
  readonly #log: string = join(temporaryFolder(), 'executed.log');
  #added = 0;

  constructor({ host, port }: TestRedis, settings: Record<string, string> = {}) {
    queues += 1;
    const name = `supervise-${process.pid}-${queues}`;
    this.queue = new Queue(name, { connection: { host, port, maxRetriesPerRequest: null } });
    this.queue.on('error', () => undefined);
    this.env = { QUEUE: name, REDIS_PORT: String(port), LOG: this.#log, ...settings };
    atEnd(async () => {
      await this.queue.obliterate({ force: true });
      await this.queue.close();
    });
  }

  /** Adds jobs. */
  async add(count: number): Promise<void> {
    const jobs = Array.from({ length: count }, (_, index) => ({
      name: 'job',
      data: {},
      opts: { jobId: `job-${this.#added + index}` },
    }));
    this.#added += count;
    await this.queue.addBulk(jobs);
  }

  /** Adds jobs, so that there is always work, until the condition holds; then waits for all to be completed. */
  async feedUntil(what: string, condition: () => boolean): Promise<void> {
    await until(what, async () => {
      if ((await this.queue.getWaitingCount()) < 50) await this.add(50);
      return condition();
    });
    await this.allCompleted();
  }

  async allCompleted(): Promise<void> {
    await until('all completed', async () => (await this.completed()) === this.#added);
  }

  lines(what?: string): LogLine[] {
    const lines = text(this.#log)
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split(' '))
      .map(([kind, id, pid, time]) => ({ what: kind!, id: id!, pid: Number(pid), time: Number(time) }));
    return what === undefined ? lines : lines.filter((line) => line.what === what);
  }

  async completed(): Promise<number> {
    return (await this.queue.getJobCounts('completed')).completed!;
  }

  /** What went wrong with these jobs: nothing, if each was run exactly once. */
  async damage(): Promise<object> {
    const runs = new Map<string, number>();
    for (const { id } of this.lines('started')) runs.set(id, (runs.get(id) ?? 0) + 1);
    const ids = Array.from({ length: this.#added }, (_, index) => `job-${index}`);
    return {
      lost: ids.filter((id) => !runs.has(id)),
      doubled: ids.filter((id) => runs.get(id)! > 1),
      stalled: this.lines('stalled').map(({ id }) => id),
      failed: (await this.queue.getFailed()).map((job) => `${job.id}: ${job.failedReason}`),
      left: (await this.queue.getJobCounts('active', 'waiting', 'delayed')) as object,
    };
  }

  /** Fewest processes that took jobs at once, from the moment when `atLeast` of them did until `end`. */
  fewestServing(atLeast: number, end: number): number {
    const serving = new Set<number>();
    let fewest = Number.POSITIVE_INFINITY;
    let hasBegun = false;
    for (const { what, pid, time } of this.lines()) {
      if (time > end) break;
      if (what === 'ready') serving.add(pid);
      if (what === 'draining') serving.delete(pid);
      hasBegun ||= serving.size >= atLeast;
      if (hasBegun) fewest = Math.min(fewest, serving.size);
    }
    return fewest;
  }
}

/** What {@link JobRun.damage} gives when there is none. */
export const UNDAMAGED: object = {
  ...{ lost: [], doubled: [], stalled: [], failed: [] },
  left: { active: 0, waiting: 0, delayed: 0 },
};

function text(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
