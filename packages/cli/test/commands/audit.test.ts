import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { startPrivateRedis, type TestRedis } from '@leakguard/test-utils';
import { Queue, type QueueOptions } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';

// Each test starts processes, on machines that may be busy.
vi.setConfig({ testTimeout: 60_000 });

/** Needs `npm run build`, as the gate does before the tests. */
const BIN = fileURLToPath(new URL('../../dist/bin.js', import.meta.url));

let server: TestRedis;
beforeAll(async () => {
  server = await startPrivateRedis();
});
afterAll(() => server.stop());

/** A folder whose bullmq is of a major version, and of none for null. */
function projectWith(bullmq: string | null): string {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'leakguard-audit-')));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  if (bullmq === null) return folder;
  mkdirSync(path.join(folder, 'node_modules'));
  const require = createRequire(import.meta.url);
  symlinkSync(
    path.dirname(require.resolve(`${bullmq}/package.json`)),
    path.join(folder, 'node_modules/bullmq'),
  );
  return folder;
}

interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

async function audit(args: readonly string[], env: NodeJS.ProcessEnv = {}, cwd?: string): Promise<Outcome> {
  const { REDIS_URL: _, ...rest } = process.env;
  const options = { env: { ...rest, ...env }, ...(cwd === undefined ? {} : { cwd }) };
  const child = spawn(process.execPath, [BIN, 'audit', ...args], options);
  const outcome: Outcome = { code: -1, stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream].on('data', (chunk: Buffer) => {
      outcome[stream] += chunk.toString();
    });
  [outcome.code] = (await once(child, 'close')) as [number];
  return outcome;
}

let queues = 0;

/** A queue with completed jobs, as BullMQ leaves them. */
async function queueWith(
  options: Partial<QueueOptions>,
  completed = 2,
): Promise<{ name: string; redis: Redis; queue: Queue }> {
  const redis = new Redis(server.url, { maxRetriesPerRequest: null });
  onTestFinished(() => redis.disconnect());
  queues += 1;
  const name = `emails-${queues}`;
  const queue = new Queue(name, { connection: redis, ...options });
  onTestFinished(() => queue.close());
  for (let n = 0; n < completed; n++) {
    const job = await queue.add('send', { secret: 'data of a job' });
    await redis.lrem(queue.toKey('wait'), 1, job.id!);
    await redis.zadd(queue.toKey('completed'), Date.now(), job.id!);
  }
  return { name, redis, queue };
}

const LIMITS = { removeOnComplete: { count: 100 }, removeOnFail: { count: 100 }, sizeLimit: 65_536 };
const KEEP_ALL = { ...LIMITS, removeOnComplete: false };

describe.each(['bullmq5', 'bullmq6'])('leakguard audit with the %s of the folder', (bullmq) => {
  test('prints each finding with its fix, and a warning exits with 1', async () => {
    const { name } = await queueWith({ defaultJobOptions: KEEP_ALL });
    const { code, stdout, stderr } = await audit([name, '--redis', server.url], {}, projectWith(bullmq));
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout).toMatch(
      new RegExp(
        `^${name}: 1 warning\n\nWARNING {2}completed-jobs-kept {2}[\\d.]+ K?B\n {2}2 jobs are kept as completed of about \\d+ B each.*\n {2}fix: new Queue\\('${name}', .*\n$`,
      ),
    );
    expect(stdout).not.toContain('data of a job');
  });

  test('says that nothing was found in a queue in order, and changes nothing of it', async () => {
    const streams = { events: { maxLen: 123 } };
    const { name, redis, queue } = await queueWith({ defaultJobOptions: LIMITS, streams });
    await queue.waitUntilReady();
    const meta = await redis.hgetall(queue.toKey('meta'));
    expect(meta['opts.maxLenEvents']).toBe('123');
    const outcome = await audit([name, '--redis', server.url], {}, projectWith(bullmq));
    expect(outcome).toEqual({ code: 0, stdout: `${name}: nothing found\n`, stderr: '' });
    expect(await redis.hgetall(queue.toKey('meta'))).toEqual(meta);
  });

  test('--json prints the documented shape, of several queues and once each', async () => {
    const { name } = await queueWith({ defaultJobOptions: KEEP_ALL, prefix: '{app}' });
    const { name: other } = await queueWith({ defaultJobOptions: LIMITS, prefix: '{app}' });
    const args = [name, other, name, '--prefix', '{app}', '--json'];
    const { code, stdout } = await audit(args, { REDIS_URL: server.url }, projectWith(bullmq));
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toEqual({
      v: 1,
      queues: [
        {
          queue: name,
          findings: [
            {
              queue: name,
              finding: 'completed-jobs-kept',
              severity: 'warning',
              text: expect.stringContaining('2 jobs are kept as completed'),
              bytes: expect.any(Number),
              fix: expect.stringContaining('removeOnComplete: { count: 1000 }'),
            },
          ],
        },
        { queue: other, findings: [] },
      ],
    });
  });

  test('a queue that is not there is a warning', async () => {
    const { code, stdout } = await audit(['emials', '--redis', server.url], {}, projectWith(bullmq));
    expect(code).toBe(1);
    expect(stdout).toContain('Redis has nothing of this queue (keys bull:emials:*)');
  });

  test.each([
    ['redis://user:hunter2@127.0.0.1:1', /^leakguard: auditQueue: cannot connect to Redis \(.*ECONNREFUSED/],
    ['redis://user:hunter2@127.0.0.1:PORT', /^leakguard: auditQueue: cannot connect to Redis \(WRONGPASS/],
  ])('%s, which does not answer, exits with 2 and without the password', async (url, message) => {
    const redis = url.replace('PORT', String(server.port));
    const { code, stdout, stderr } = await audit(['emails'], { REDIS_URL: redis }, projectWith(bullmq));
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain('hunter2');
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});

test('where no bullmq is installed the line that installs it is told', async () => {
  const folder = projectWith(null);
  expect(await audit(['emails', '--redis', server.url], {}, folder)).toEqual({
    code: 2,
    stdout: '',
    stderr: `leakguard: there is no bullmq in ${folder}: run this in the project that has the queues, or npm install bullmq ioredis\n`,
  });
});

test.each([
  ['http://user:hunter2@localhost', /is no URL of a Redis/],
  ['user:hunter2@localhost', /is no URL of a Redis/],
  ['redis://user:hunter2@local host', /is no URL of a Redis/],
])('--redis %s is refused without being printed', async (url, message) => {
  const { code, stdout, stderr } = await audit(['emails', '--redis', url]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(message);
  expect(stderr).not.toContain('hunter2');
});

test.each([[[]], [['emails']], [['emails', '--nonsense']]])('%j is wrong usage', async (args) => {
  const { code, stdout, stderr } = await audit(args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/^(error: |leakguard: which Redis\?)/);
});

test('names that would control a terminal are escaped', async () => {
  const { stdout } = await audit(['\u001b[2J', '--redis', server.url]);
  expect(stdout).toContain('\\x1b[2J: 1 warning');
  expect(stdout).not.toContain('\u001b');
});

test('the help does not print the URL of the environment', async () => {
  const { code, stdout } = await audit(['--help'], { REDIS_URL: 'redis://user:hunter2@localhost' });
  expect(code).toBe(0);
  expect(stdout).toContain('REDIS_URL');
  expect(stdout).not.toContain('hunter2');
});

test('the README shows the options that there are', async () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const { stdout } = await audit(['--help']);
  for (const [option] of stdout.matchAll(/--(redis|prefix|json)\b/g)) expect(readme).toContain(`\`${option}`);
});
