import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { ScopeReport } from '@leakguard/core';
import { startRedis, type TestRedis } from '@leakguard/test-utils';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// Isolates run the built package: `npm run build -w packages/bullmq` first.

const program = fileURLToPath(new URL('sites-in-isolates.mjs', import.meta.url));
let redis: TestRedis;

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

/** In a process of its own, see `per-job-truth.test.ts`. */
async function scopesOf(mode: string, { jobs = 1600, profiler = 'on' } = {}): Promise<ScopeReport[]> {
  const env = { ...process.env, REDIS_URL: redis.url, NODE_OPTIONS: '', NODE_NO_WARNINGS: '1' };
  const args = [program, mode, String(jobs), '400', 'prove', profiler];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env, maxBuffer: 2 ** 24 });
  const { scopes, failed, errors } = JSON.parse(stdout);
  expect({ failed, errors }).toEqual({ failed: 0, errors: [] });
  return scopes;
}

describe('sites of sandboxed jobs on a real Redis', () => {
  it.each(['process', 'thread'])(
    'names the function that allocated what stays inside an isolate (%s), and what of its source keeps it',
    async (mode) => {
      const [leaking, honest] = await scopesOf(mode);
      expect(leaking!.scope).toMatch(/:import$/);
      expect(leaking!.verdict).toBe('growing');
      expect(leaking!.site).toMatchObject({
        kind: 'function',
        allocating: { function: 'rememberRows' },
        entry: { function: 'importRows' },
        handler: { function: 'orders' },
      });
      expect(leaking!.site!.allocating.file).toMatch(/orders\.mjs$/);
      expect(leaking!.site!.lines[0]).toMatchObject({ kind: 'keeps', container: 'a module-level array' });
      expect(leaking!.site!.share).toBeGreaterThan(0.8);
      expect(leaking!.site!.samples).toBeGreaterThan(20);
      expect(honest!.site).toBeNull();
    },
  );

  it('names none where the profiler is switched off', async () => {
    const [leaking] = await scopesOf('process', { jobs: 400, profiler: 'off' });
    expect(leaking!.site).toBeNull();
  });
});
