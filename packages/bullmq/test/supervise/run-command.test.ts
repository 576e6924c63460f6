import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startRedis, type TestRedis } from '@leakguard/test-utils';
import { beforeAll, expect, test } from 'vitest';
import { atEnd, isRunning, program, watched } from './harness.ts';
import { JobRun, UNDAMAGED } from './jobs.ts';

// Of the sibling package: the gate has built it.
const BIN = fileURLToPath(new URL('../../../cli/bin/leakguard.js', import.meta.url));
let redis: TestRedis;

beforeAll(async () => {
  redis = await startRedis();
  atEnd(() => redis.stop());
});

test('leakguard run replaces the processes of an unchanged worker program, and loses no job', async () => {
  const jobs = new JobRun(redis, { MAX_JOBS: '40', JOB_MS: '10' });
  const args = [BIN, 'run', program('guarded-worker'), '--processes', '2'];
  const { child, exit, output } = watched(
    spawn(process.execPath, args, {
      ...{ env: { ...process.env, ...jobs.env }, detached: true, stdio: ['ignore', 'pipe', 'pipe'] },
    }),
  );
  const replaced = () => [
    ...output().matchAll(/worker (\d+) replaced by (\d+) \(jobs, which it asked for after \d+ jobs\)/g),
  ];
  await jobs.feedUntil('several replaced', () => replaced().length >= 3);
  child.kill('SIGTERM');
  expect(await exit).toEqual({ code: 0, signal: null });
  expect(await jobs.damage()).toEqual(UNDAMAGED);
  const pids = new Set(jobs.lines('started').map(({ pid }) => pid));
  for (const [, old] of replaced()) expect(pids).toContain(Number(old));
  expect(pids.size).toBeGreaterThanOrEqual(5);
  expect([...pids].filter(isRunning)).toEqual([]);
});

test('supervising imports nothing of BullMQ, which the command line is installed without', () => {
  const folder = new URL('../../src/supervise/', import.meta.url);
  const imports = readdirSync(folder).flatMap((file) =>
    [
      ...readFileSync(new URL(file, folder), 'utf8').matchAll(
        /^(?:import|export|\})[^'\n]* from '([^']+)'/gm,
      ),
    ].map(([, from]) => from!),
  );
  expect(imports.length).toBeGreaterThan(10);
  const allowed = /^(\.\/|node:|@leakguard\/core$|@leakguard\/core\/adapter$)/;
  expect(imports.filter((from) => !allowed.test(from))).toEqual([]);
});
