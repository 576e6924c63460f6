import { startPrivateRedis, type TestRedis } from '@leakguard/test-utils';
import type { Worker } from 'bullmq6';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { auditQueue } from '../../src/audit/index.ts';
import { MAJORS } from './bull-majors.ts';
import { TestQueue } from './test-queue.ts';

const LIMITS = { removeOnComplete: { count: 100 }, removeOnFail: { count: 100 }, sizeLimit: 65_536 };

let server: TestRedis;
beforeAll(async () => {
  server = await startPrivateRedis();
});
afterAll(() => server.stop());

describe.each(MAJORS)('auditQueue with BullMQ $major on a restricted Redis', (bull) => {
  let test: TestQueue;
  let worker: Worker;
  beforeEach(async () => {
    test = new TestQueue(bull, server.url, { queue: { defaultJobOptions: LIMITS } });
    worker = test.worker();
    await test.work(worker, 3);
  });

  /** The same queue, seen by a user with these rules. */
  async function seenBy(rules: string): Promise<TestQueue['queue']> {
    const user = `u${Math.trunc(Number(test.name.split('-').at(-1)))}-${bull.major}`;
    await test.redis.call(
      'ACL',
      'SETUSER',
      user,
      'reset',
      'on',
      '>secret',
      '~*',
      '+@all',
      ...rules.split(' '),
    );
    const connection = test.connection(server.url.replace('//', `//${user}:secret@`));
    return new bull.bullmq.Queue(test.name, {
      connection,
      skipVersionCheck: true,
      skipMetasUpdate: true,
    }) as never;
  }

  it('says what it cannot see without CONFIG, INFO and MEMORY, once each', async () => {
    const queue = await seenBy('-config -info -memory');
    const findings = await auditQueue(queue);
    const [policy, sizes, ...others] = findings.sort((a, b) => (a.finding < b.finding ? -1 : 1));
    expect(others).toEqual([]);
    expect(sizes).toEqual({
      queue: test.name,
      finding: 'cannot-see-sizes',
      severity: 'info',
      text: 'cannot see bytes in Redis because Redis refuses MEMORY USAGE (NOPERM)',
      bytes: null,
      fix: 'ACL SETUSER <user> +memory|usage',
    });
    expect(policy).toEqual({
      queue: test.name,
      finding: 'cannot-see-eviction-policy',
      severity: 'info',
      text: 'cannot see the eviction policy because Redis refuses CONFIG GET and INFO (NOPERM)',
      bytes: null,
      fix: 'ACL SETUSER <user> +config|get +info',
    });
  });

  it('reads the eviction policy from INFO where CONFIG is refused', async () => {
    await test.redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
    try {
      const [finding, ...others] = await auditQueue(await seenBy('-config'));
      expect(others).toEqual([]);
      expect(finding).toMatchObject({ finding: 'eviction-policy', severity: 'warning' });
      expect(finding!.text).toContain('allkeys-lru as soon as it gets a maxmemory');
    } finally {
      await test.redis.config('SET', 'maxmemory-policy', 'noeviction');
    }
  });

  it('warns of kept jobs without their bytes where MEMORY is refused', async () => {
    await test.work(worker, 10, { opts: { removeOnComplete: false } });
    const findings = await auditQueue(await seenBy('-memory'));
    expect(findings[0]).toMatchObject({ finding: 'completed-jobs-kept', severity: 'warning', bytes: null });
    expect(findings[0]!.text).toMatch(/^13 jobs are kept as completed; the jobs' own/);
  });

  it('throws nothing where almost everything is refused, and says so of each thing', async () => {
    const findings = await auditQueue(await seenBy('-@all +ping +client'));
    expect(findings.map(({ finding, severity }) => [finding, severity])).toEqual(
      expect.arrayContaining([
        ['cannot-see-counts', 'info'],
        ['cannot-see-jobs', 'info'],
        ['cannot-see-sizes', 'info'],
        ['cannot-see-events', 'info'],
        ['cannot-see-schedulers', 'info'],
        ['cannot-see-eviction-policy', 'info'],
      ]),
    );
    expect(findings).toHaveLength(6);
  });

  it('says that the keys are refused, and not the commands', async () => {
    const findings = await auditQueue(await seenBy('resetkeys ~other:*'));
    const counts = findings.find(({ finding }) => finding === 'cannot-see-counts');
    expect(counts!.text).toMatch(/because Redis refuses \w+ on keys of the queue \(NOPERM\)$/);
    expect(counts!.fix).toBe(`ACL SETUSER <user> %R~bull:${test.name}:*`);
  });
});
