import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRedis, type TestRedis } from '@leakguard/test-utils/redis-server';
import { Queue } from 'bullmq';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { QUEUE, startWorker } from '../src/app.ts';
import { checkExecutions } from '../src/demo/executions.ts';
import { planJobs } from '../src/jobs.ts';

/** Child processes load the built file: `npm run build` first. */
const processor = new URL('../dist/processors/shop.js', import.meta.url);
const JOBS = 1000;
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

test('child processes are recycled, no job is lost or done twice, and the leaking job is named in the growth log', async () => {
  const prefix = `with-bullmq-${process.pid}`;
  const connection = { url: redis.url };
  const next = planJobs(5);
  const queue = new Queue(QUEUE, { prefix, connection });
  const ids = (await queue.addBulk(Array.from({ length: JOBS }, next))).map(({ id }) => id!);
  const logFile = join(folder, 'growth.ndjson');
  const leakGuard = { enabled: true, level: 'prove', logFile } as const;
  const worker = startWorker(
    {
      ...{ connection, prefix, leakGuard, maxJobsPerWorker: MAX_JOBS_PER_WORKER },
      // Vitest's own flags would make child processes load sources.
      workerForkOptions: { execArgv: [] },
    },
    processor,
  );
  let [done, recycled] = [0, 0];
  worker.on('recycled', () => {
    recycled += 1;
  });
  await new Promise<void>((resolve) => {
    worker.on('completed', () => {
      done += 1;
      if (done === JOBS) resolve();
    });
  });
  await worker.close();

  expect(checkExecutions(ids, readFileSync(executionLog, 'utf8'))).toEqual({ lost: [], doubled: [] });
  expect(recycled).toBeGreaterThanOrEqual(Math.floor(JOBS / MAX_JOBS_PER_WORKER / 2));
  const events = growthLog();
  expect(events.filter(({ event }) => event === 'recycle').length).toBe(recycled);
  const growing = events.filter(({ event }) => event === 'growth').map(({ scope }) => scope);
  expect(new Set(growing)).toEqual(new Set(['shop:enrich-profile']));
  await queue.obliterate({ force: true });
  await queue.close();
});

function growthLog(): { event: string; scope?: string }[] {
  const [name] = readdirSync(folder).filter((file) => file.startsWith('growth.'));
  const lines = readFileSync(join(folder, name!), 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as { event: string; scope?: string });
}
