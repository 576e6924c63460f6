import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startRedis, type TestRedis } from '@leakguard/test-utils';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// Isolates run the built package: `npm run build -w packages/bullmq` first.
// The full runs are by hand: `node test/measure/per-job-truth.mjs`, see its head.

interface Row {
  name: string;
  truth: number;
  units: number;
  verdict: string;
  bytesPerUnit: number | null;
  ci95: [number, number] | null;
  signal: string | null;
}

interface Run {
  mode: string;
  jobs: number;
  names: string[];
  level?: string;
}

const program = fileURLToPath(new URL('per-job-truth.mjs', import.meta.url));
let redis: TestRedis;

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

/** In a process of its own: isolates inherit the conditions by which tests find sources, which Node 20 cannot load. */
async function truthOf({ mode, jobs, names, level = 'prove' }: Run): Promise<Row[]> {
  const env = { ...process.env, REDIS_URL: redis.url, TRUTH_JSON: '1', NODE_OPTIONS: '' };
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [program, mode, String(jobs), names.join(','), '0', level],
    { env, maxBuffer: 2 ** 24 },
  );
  const { rows, failed, errors } = JSON.parse(stdout) as { rows: Row[]; failed: number; errors: string[] };
  expect(failed).toBe(0);
  expect(errors).toEqual([]);
  expect(rows.reduce((sum, { units }) => sum + units, 0)).toBe(jobs);
  return rows;
}

const named = (rows: readonly Row[]): string[] =>
  rows
    .filter(({ verdict }) => verdict === 'growing' || verdict === 'leaking')
    .map(({ name }) => name)
    .sort();

describe('per-job truth on a real Redis', () => {
  it.each(['process', 'thread'])(
    'names what leaks inside an isolate (%s), within 20 %, beside garbage and a cache that warms up',
    async (mode) => {
      const names = ['honest', 'garbage-heavy', 'warms-up', 'large', 'buffers'];
      const rows = await truthOf({ mode, jobs: 1500, names });
      expect(named(rows)).toEqual(['buffers', 'large']);
      for (const { name, truth, bytesPerUnit, signal } of rows) {
        if (bytesPerUnit === null) continue;
        expect(Math.abs(bytesPerUnit / truth - 1)).toBeLessThan(0.2);
        expect(signal === 'arrayBuffers').toBe(name === 'buffers');
      }
    },
  );

  it('names by default what fills a heap within a minute, by jobs too cheap for the budget of floors', async () => {
    const rows = await truthOf({ mode: 'process', jobs: 4000, names: ['cheap-leak'], level: 'auto' });
    expect(named(rows)).toEqual(['cheap-leak']);
    const { truth, bytesPerUnit } = rows[0]!;
    expect(Math.abs(bytesPerUnit! / truth - 1)).toBeLessThan(0.2);
  });

  it('names what leaks in process at concurrency 8, within twice the interval and 20 %', async () => {
    const rows = await truthOf({
      mode: 'in-process',
      // Rows come by the clock: a fast machine gets few of them in few jobs.
      jobs: 10_000,
      names: ['honest', 'warms-up', 'large'],
    });
    expect(named(rows)).toEqual(['large']);
    const { truth, bytesPerUnit, ci95 } = rows.find(({ name }) => name === 'large')!;
    // One run in twenty lies outside of a 95 % interval, and must not fail: at twice its width hardly any does.
    expect(Math.abs(bytesPerUnit! - truth)).toBeLessThan(ci95![1] - ci95![0]);
    expect(Math.abs(bytesPerUnit! / truth - 1)).toBeLessThan(0.2);
  });
});
