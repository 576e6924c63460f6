import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { startPrivateRedis } from '@leakguard/test-utils';
import { describe, expect, it, onTestFinished } from 'vitest';
import { auditQueue } from '../../src/audit/index.ts';
import { MAJORS } from './bull-majors.ts';
import { TestQueue } from './test-queue.ts';

describe.each(MAJORS)('auditQueue with BullMQ $major', (bull) => {
  it('gives up with a code where Redis was never there', async () => {
    const test = new TestQueue(bull, 'redis://127.0.0.1:1');
    await expect(auditQueue(test.queue, { timeoutMs: 200 })).rejects.toMatchObject({
      code: 'ERR_LEAKGUARD_REDIS',
      message: expect.stringMatching(
        /^auditQueue: (Redis did not answer within 200 ms|cannot connect to Redis)/,
      ),
    });
  });

  it('gives up with a code where somebody accepts connections and never answers', async () => {
    const sockets = new Set<Socket>();
    const silent = createServer((socket) => void sockets.add(socket)).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
      silent.close();
    });
    const { port } = silent.address() as AddressInfo;
    const test = new TestQueue(bull, `redis://127.0.0.1:${port}`);
    await expect(auditQueue(test.queue, { timeoutMs: 100 })).rejects.toMatchObject({
      code: 'ERR_LEAKGUARD_REDIS',
      message: expect.stringContaining('Redis did not answer within 100 ms'),
    });
  });

  it('gives up with a code where Redis has gone, and answers when it is back', async () => {
    const server = await startPrivateRedis();
    onTestFinished(() => server.stop());
    const test = new TestQueue(bull, server.url);
    await test.work(test.worker(), 2);
    await server.down();
    await expect(auditQueue(test.queue, { timeoutMs: 100 })).rejects.toMatchObject({
      code: 'ERR_LEAKGUARD_REDIS',
    });
    await server.up();
    const findings = await auditQueue(test.queue);
    expect(findings.map(({ finding }) => finding)).toContain('completed-jobs-kept');
  });

  it('gives up with a code, and without the password, where the password is wrong', async () => {
    const server = await startPrivateRedis();
    onTestFinished(() => server.stop());
    const test = new TestQueue(bull, server.url.replace('//', '//nobody:hunter2@'));
    const refused = auditQueue(test.queue, { timeoutMs: 500 });
    await expect(refused).rejects.toMatchObject({ code: 'ERR_LEAKGUARD_REDIS' });
    const error: Error = await refused.catch((error) => error);
    expect(`${error.message} ${(error.cause as Error)?.message}`).not.toContain('hunter2');
  });
});
