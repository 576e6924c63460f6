import { startRedis, type TestRedis } from '@leakguard/test-utils';
import type { JobsOptions, KeepJobs } from 'bullmq6';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Retention, retentionOf } from '../../src/audit/retention.ts';
import { MAJORS } from './bull-majors.ts';
import { TestQueue } from './test-queue.ts';

let server: TestRedis;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());

const JOBS = 3;
/** How many of three jobs are left with each retention, the count being one. */
const LEFT: Record<Retention['kind'], number> = {
  unset: JOBS,
  kept: JOBS,
  aged: JOBS,
  counted: 1,
  removed: 0,
};

/** The job's option, the worker's, and what becomes of jobs. */
const CASES: [JobsOptions['removeOnComplete'], KeepJobs | undefined, Retention['kind']][] = [
  [undefined, undefined, 'unset'],
  [undefined, { count: 1 }, 'counted'],
  [undefined, { count: 0 }, 'removed'],
  [undefined, { age: 3600 }, 'aged'],
  [undefined, {} as KeepJobs, 'kept'],
  [true, undefined, 'removed'],
  [true, { count: 1 }, 'removed'],
  [false, { count: 1 }, 'kept'],
  [0, undefined, 'removed'],
  [1, undefined, 'counted'],
  [-1, { count: 1 }, 'kept'],
  [{ count: 0 }, undefined, 'removed'],
  [{ count: 1 }, { count: 0 }, 'counted'],
  [{ count: -1 }, { count: 1 }, 'kept'],
  [{ age: 3600 }, { count: 1 }, 'aged'],
  [{ age: 3600, count: 1 }, undefined, 'counted'],
  [{} as KeepJobs, { count: 1 }, 'kept'],
];

describe.each(MAJORS)('retentionOf agrees with BullMQ $major', (bull) => {
  it.each(CASES)('on a job with %j and a worker with %j: %s', async (job, worker, kind) => {
    const own = job === undefined ? {} : { removeOnComplete: job };
    const fallback = worker === undefined ? {} : { removeOnComplete: worker };
    expect(retentionOf('removeOnComplete', own as never, fallback as never).kind).toBe(kind);
    const test = new TestQueue(bull, server.url);
    await test.work(test.worker({ ...fallback, concurrency: 1 }), JOBS, { opts: own });
    expect(await test.redis.zcard(test.queue.toKey('completed'))).toBe(LEFT[kind]);
  });
});
