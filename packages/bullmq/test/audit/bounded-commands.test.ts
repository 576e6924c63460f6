import { once } from 'node:events';
import { startPrivateRedis, type TestRedis } from '@leakguard/test-utils';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditQueue } from '../../src/audit/index.ts';
import { MAJORS } from './bull-majors.ts';
import { TestQueue } from './test-queue.ts';

const KEPT = 50_000;
const CHUNK = 5000;

let server: TestRedis;
beforeAll(async () => {
  server = await startPrivateRedis();
});
afterAll(() => server.stop());

/** Jobs as BullMQ leaves them when they completed, one every two seconds up to now. */
async function keepJobs({ redis, queue }: TestQueue, count: number): Promise<void> {
  const now = Date.now();
  for (let first = 1; first <= count; first += CHUNK) {
    const pipeline = redis.pipeline();
    for (let id = first; id < first + CHUNK; id++) {
      const finished = now - (count - id) * 2000;
      const fields = { name: 'send', data: '{"to":1}', opts: '{"attempts":1}', returnvalue: '"ok"' };
      const times = {
        timestamp: finished - 5,
        processedOn: finished - 2,
        finishedOn: finished,
        atm: 1,
        ats: 1,
      };
      pipeline.hset(queue.toKey(String(id)), { ...fields, ...times, delay: 0, priority: 0 });
      pipeline.zadd(queue.toKey('completed'), finished, String(id));
    }
    pipeline.set(queue.toKey('id'), Math.min(first + CHUNK - 1, count));
    await pipeline.exec();
  }
}

/** The commands that reach the server while `work` runs, in lower case, without those of the observer. */
async function commandsDuring(observer: Redis, work: () => Promise<unknown>): Promise<string[][]> {
  const monitor = await observer.monitor();
  const commands: string[][] = [];
  monitor.on(
    'monitor',
    (_time: string, args: string[]) => void commands.push([args[0]!.toLowerCase(), ...args.slice(1)]),
  );
  try {
    await work();
    const end = `end-${commands.length}`;
    const seen = new Promise<void>((resolve) => {
      monitor.on('monitor', (_time: string, args: string[]) => args[1] === end && resolve());
    });
    await observer.echo(end);
    await seen;
  } finally {
    monitor.disconnect();
    await once(monitor, 'end');
  }
  return commands.slice(0, -1);
}

const ALLOWED = [
  'config',
  'get',
  'hmget',
  'hstrlen',
  'llen',
  'lrange',
  'memory',
  'xlen',
  'zcard',
  'zcount',
  'zrange',
];

describe.each(MAJORS)('auditQueue with BullMQ $major', (bull) => {
  it('audits 50,000 kept jobs with as many commands as 20, all of them reading a few items', async () => {
    const test = new TestQueue(bull, server.url);
    await test.queue.waitUntilReady();
    const observer = test.connection();
    await keepJobs(test, KEPT);
    let findings: Awaited<ReturnType<typeof auditQueue>> = [];
    const commands = await commandsDuring(observer, async () => {
      findings = await auditQueue(test.queue);
    });
    expect([...new Set(commands.map(([name]) => name))].filter((name) => !ALLOWED.includes(name!))).toEqual(
      [],
    );
    expect(commands.length).toBeLessThan(300);
    for (const [name, , from, to] of commands) {
      if (name !== 'zrange' && name !== 'lrange') continue;
      expect(Number(to) - Number(from)).toBeLessThan(20);
      expect(Math.sign(Number(from)) * Math.sign(Number(to)), `${from} ${to}`).toBeGreaterThanOrEqual(0);
    }
    expect(findings[0]).toMatchObject({ finding: 'completed-jobs-kept', severity: 'warning' });
    expect(findings[0]!.text).toMatch(
      /^50,000 jobs are kept as completed of about \d+ B each, \d+ MB, and 43,\d{3} more a day at the present rate, \d+ MB a day; the jobs have no removeOnComplete, and none of those ever added has been removed/,
    );
    const small = new TestQueue(bull, server.url);
    await small.queue.waitUntilReady();
    await small.work(small.worker(), 20);
    const few = await commandsDuring(observer, () => auditQueue(small.queue));
    expect(commands.length).toBeLessThanOrEqual(few.length + 20);
  });

  it('stays below 300 commands where there is something of everything', async () => {
    const test = new TestQueue(bull, server.url);
    const observer = test.connection();
    const worker = test.worker({}, (name) => {
      if (name === 'fails') throw new Error('no');
    });
    await test.work(worker, 30, { name: 'logs' });
    await test.work(worker, 30, { name: 'fails' });
    await worker.close();
    for (let id = 0; id < 20; id++) {
      await test.queue.upsertJobScheduler(`every-${id}`, { every: 3_600_000 + id });
      await test.queue.add('later', {}, { delay: 1e6 });
      await test.queue.add('now', {});
    }
    const commands = await commandsDuring(observer, () => auditQueue(test.queue));
    expect(commands.length).toBeLessThan(300);
    expect(commands.filter(([name]) => !ALLOWED.includes(name!))).toEqual([]);
  });

  it('changes nothing in Redis', async () => {
    const test = new TestQueue(bull, server.url);
    const worker = test.worker();
    await test.work(worker, 3);
    await worker.close();
    // It expires by itself, as the worker's own mark of its last look for stalled jobs.
    await test.redis.del(test.queue.toKey('stalled-check'));
    const keys = await test.redis.keys(`bull:${test.name}:*`);
    const dumps = (): Promise<unknown[]> => Promise.all(keys.map((key) => test.redis.dumpBuffer(key)));
    const before = await dumps();
    await auditQueue(test.queue);
    expect(await dumps()).toEqual(before);
    expect((await test.redis.keys(`bull:${test.name}:*`)).sort()).toEqual(keys.sort());
  });
});
