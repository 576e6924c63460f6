import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Guard, getGuard } from '@leakguard/core';
import { startRedis, type TestRedis } from '@leakguard/test-utils/redis-server';
import { Queue } from 'bullmq';
import { isNamed } from 'demo-kit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { QUEUE, startWorker } from '../src/app.ts';
import { checkExecutions } from '../src/demo/executions.ts';
import { planJobs } from '../src/jobs.ts';

/** Child processes load the built file: `npm run build` first. */
const processor = new URL('../dist/processors/shop.js', import.meta.url);
const JOBS_AT_A_TIME = 500;
/** Named after 1,000 to 2,000 in most runs. */
const MOST_JOBS = 8000;
const MAX_JOBS_PER_WORKER = 150;

const folder = mkdtempSync(join(tmpdir(), 'with-bullmq-'));
const executionLog = join(folder, 'executions');
let redis: TestRedis;

beforeAll(async () => {
  process.env.EXECUTION_LOG = executionLog;
  redis = await startRedis();
});

afterAll(async () => {
  delete process.env.EXECUTION_LOG;
  await redis.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('child processes are recycled, no job is lost or done twice, and the leaking job is named, in the growth log too', async () => {
  const prefix = `with-bullmq-${process.pid}`;
  const connection = { url: redis.url };
  const queue = new Queue(QUEUE, { prefix, connection });
  const logFile = join(folder, 'growth.ndjson');
  const worker = startWorker(
    {
      ...{ connection, prefix, maxJobsPerWorker: MAX_JOBS_PER_WORKER },
      leakGuard: { enabled: true, level: 'prove', logFile },
      // Vitest's own flags would make child processes load sources.
      workerForkOptions: { execArgv: [] },
    },
    processor,
  );
  const guard = getGuard();
  let [done, recycled] = [0, 0];
  worker.on('completed', () => {
    done += 1;
  });
  worker.on('recycled', () => {
    recycled += 1;
  });

  const ids: string[] = [];
  const next = planJobs(5);
  while (namedBy(guard).length === 0 && ids.length < MOST_JOBS) {
    const added = await queue.addBulk(Array.from({ length: JOBS_AT_A_TIME }, next));
    ids.push(...added.map(({ id }) => id!));
    await expect.poll(() => done, { timeout: 30_000 }).toBe(ids.length);
  }
  const named = namedBy(guard);
  await worker.close();
  await guard.close();

  expect(named).toEqual(['shop:enrich-profile']);
  expect(growthLog().filter(({ event }) => event === 'growth')).toMatchObject([{ scope: named[0] }]);
  expect(recycled).toBeGreaterThanOrEqual(2);
  expect(growthLog().filter(({ event }) => event === 'recycle').length).toBe(recycled);
  expect(checkExecutions(ids, readFileSync(executionLog, 'utf8'))).toEqual({ lost: [], doubled: [] });
  await queue.obliterate({ force: true });
  await queue.close();
});

function namedBy(guard: Guard): string[] {
  return guard
    .report()
    .scopes.filter(isNamed)
    .map(({ scope }) => scope);
}

function growthLog(): { event: string; scope?: string }[] {
  const [name] = readdirSync(folder).filter((file) => file.startsWith('growth.'));
  const lines = readFileSync(join(folder, name!), 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as { event: string; scope?: string });
}
