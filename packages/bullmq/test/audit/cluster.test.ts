import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { startPrivateRedis } from '@leakguard/test-utils';
import { Queue as Queue5 } from 'bullmq5';
import { Queue as Queue6 } from 'bullmq6';
import { Cluster as Cluster6, Redis } from 'ioredis';
import { Cluster as Cluster5 } from 'ioredis5';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { auditQueue } from '../../src/audit/index.ts';

const KEEP_ALL = { removeOnComplete: false, removeOnFail: 5, sizeLimit: 1000 };

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** A cluster of one server that has all slots. */
async function startCluster(): Promise<{ host: string; port: number }> {
  // Its bus would be 10,000 above its port, which may be no port; and alone it does not know its own address.
  const bus = ['--cluster-port', String(await freePort()), '--cluster-announce-ip', '127.0.0.1'];
  const server = await startPrivateRedis(['--cluster-enabled', 'yes', ...bus]);
  onTestFinished(() => server.stop());
  const redis = new Redis(server.url);
  onTestFinished(() => redis.disconnect());
  await redis.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
  await vi.waitFor(async () => expect(await redis.cluster('INFO')).toContain('cluster_state:ok'), 20_000);
  return server;
}

describe.each([
  { major: 5, Queue: Queue5 as never as typeof Queue6, Cluster: Cluster5 as never as typeof Cluster6 },
  { major: 6, Queue: Queue6, Cluster: Cluster6 },
])('auditQueue with BullMQ $major on a cluster', ({ Queue, Cluster }) => {
  it('reads a queue by its hash tag', async () => {
    const { host, port } = await startCluster();
    const cluster = new Cluster([{ host, port }]);
    onTestFinished(() => cluster.disconnect());
    const queue = new Queue('emails', {
      connection: cluster,
      prefix: '{bull}',
      defaultJobOptions: KEEP_ALL,
    });
    onTestFinished(() => queue.close());
    const job = await queue.add('send', { to: 1 });
    await cluster.zadd(queue.toKey('completed'), Date.now(), job.id!);
    const [finding, ...others] = await auditQueue(queue);
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ finding: 'completed-jobs-kept', severity: 'warning' });
    expect(finding!.text).toMatch(/^1 job is kept as completed of about \d+ B each/);
  });
});
