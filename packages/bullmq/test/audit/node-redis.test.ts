import { startPrivateRedis, type TestRedis } from '@leakguard/test-utils';
import { Queue, Worker } from 'bullmq6';
import { createClient } from 'redis';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { auditQueue } from '../../src/audit/index.ts';

let server: TestRedis;
beforeAll(async () => {
  server = await startPrivateRedis(['--maxmemory-policy', 'allkeys-lru', '--maxmemory', '200mb']);
});
afterAll(() => server.stop());

it.each([2, 3] as const)(
  'auditQueue reads through node-redis with RESP %i, where BullMQ 6 has it',
  async (RESP) => {
    const connection = createClient({ url: server.url, RESP });
    onTestFinished(() => connection.destroy());
    const name = `emails-${RESP}`;
    const queue = new Queue(name, { connection });
    await queue.upsertJobScheduler('nightly', { pattern: '0 3 * * *' });
    await queue.addBulk(Array.from({ length: 3 }, () => ({ name: 'send', data: { to: 1 } })));
    const blocking = createClient({ url: server.url, RESP });
    const worker = new Worker(name, async () => 'ok', { connection: blocking });
    let left = 3;
    await new Promise<void>((resolve) => worker.on('completed', () => --left === 0 && resolve()));
    const findings = await auditQueue(worker);
    await worker.close();
    await queue.close();
    if (blocking.isOpen) blocking.destroy();
    expect(findings.map(({ finding }) => finding)).toEqual([
      ...[
        'completed-jobs-kept',
        'scheduler-keeps-jobs',
        'eviction-policy',
        'failed-jobs-kept',
        'no-size-limit',
      ],
    ]);
    expect(findings[0]!.text).toMatch(/^3 jobs are kept as completed of about \d+ B each/);
    expect(findings[2]!.text).toMatch(/^Redis evicts keys by allkeys-lru at 200 MB/);
  },
);
