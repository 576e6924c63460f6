import { createGuard, type Logger } from '@leakguard/core';
import { startRedis, type TestRedis } from '@leakguard/test-utils';
import type { Queue as Queue5, Worker as Worker5 } from 'bullmq5';
import type { Queue as Queue6, Worker as Worker6 } from 'bullmq6';
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import { type AuditTarget, auditQueue } from '../../src/audit/index.ts';
import { MAJORS } from './bull-majors.ts';
import { TestQueue } from './test-queue.ts';

let server: TestRedis;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());

describe('auditQueue', () => {
  it('takes queues and workers of either major by their types', () => {
    expectTypeOf<Queue5>().toExtend<AuditTarget>();
    expectTypeOf<Worker5>().toExtend<AuditTarget>();
    expectTypeOf<Queue6>().toExtend<AuditTarget>();
    expectTypeOf<Worker6>().toExtend<AuditTarget>();
  });

  it('writes its findings to the growth log of a guard that it is given', async () => {
    const lines: [string, object][] = [];
    const at = (level: string) => (fields: object) => void lines.push([level, fields]);
    const logger: Logger = { info: at('info'), warn: at('warn'), error: at('error') };
    const guard = createGuard({ enabled: true, logger });
    const test = new TestQueue(MAJORS[1]!, server.url);
    const worker = test.worker();
    await test.work(worker, 2);
    const findings = await auditQueue(worker, { guard });
    await guard.close();
    const told = lines.filter(([, fields]) => (fields as { event: string }).event === 'audit');
    expect(told).toEqual(
      findings.map((finding) => [
        finding.severity === 'warning' ? 'warn' : 'info',
        { v: 1, event: 'audit', ...finding },
      ]),
    );
    expect(findings.length).toBeGreaterThan(1);
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, '5', null])(
    'refuses timeoutMs %s with the value and the range',
    async (timeoutMs) => {
      await expect(auditQueue({} as never, { timeoutMs: timeoutMs as never })).rejects.toMatchObject({
        code: 'ERR_LEAKGUARD_OPTION',
        message: `auditQueue: option timeoutMs is ${timeoutMs}; expected 1 to 600000 milliseconds`,
      });
    },
  );

  it.each([null, undefined, 'emails', {}])('refuses %s, which is no queue', async (target) => {
    await expect(auditQueue(target as never)).rejects.toMatchObject({ code: 'ERR_LEAKGUARD_OPTION' });
  });

  it('says that only Redis can be audited where the data store is another one', async () => {
    const target = { name: 'emails', opts: {}, toKey: String, backend: {} };
    await expect(auditQueue(target)).rejects.toMatchObject({
      code: 'ERR_LEAKGUARD_REDIS',
      message: "auditQueue: queue 'emails' is not on Redis: only Redis can be audited",
    });
  });
});
