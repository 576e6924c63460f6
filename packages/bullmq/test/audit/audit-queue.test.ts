import { startPrivateRedis, type TestRedis } from '@leakguard/test-utils';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuditFinding } from '../../src/audit/index.ts';
import { auditQueue } from '../../src/audit/index.ts';
import { checkMajors, MAJORS } from './bull-majors.ts';
import { TestQueue } from './test-queue.ts';

let server: TestRedis;
beforeAll(async () => {
  server = await startPrivateRedis();
});
afterAll(() => server.stop());

const LIMITS = {
  removeOnComplete: { count: 100 },
  removeOnFail: { count: 100 },
  sizeLimit: 65_536,
  keepLogs: 10,
};
const namesOf = (findings: readonly AuditFinding[]): string[] => findings.map(({ finding }) => finding);
const find = (findings: readonly AuditFinding[], name: string): AuditFinding => {
  const found = findings.find(({ finding }) => finding === name);
  expect(found, `${name} among ${namesOf(findings).join(', ')}`).toBeDefined();
  return found!;
};

checkMajors();

describe.each(MAJORS)('auditQueue with BullMQ $major', (bull) => {
  const queueOn = (options?: ConstructorParameters<typeof TestQueue>[2]): TestQueue =>
    new TestQueue(bull, server.url, options);
  const failing = (name: string): string => {
    if (name === 'fails') throw new Error('no');
    return 'done';
  };

  it('finds nothing on a queue in order, from the queue and from its worker', async () => {
    const test = queueOn({ queue: { defaultJobOptions: LIMITS } });
    const worker = test.worker({}, failing);
    await test.queue.upsertJobScheduler('nightly', { pattern: '0 3 * * *' }, { opts: { priority: 3 } });
    await test.work(worker, 5, { name: 'logs' });
    await test.work(worker, 3, { name: 'fails' });
    expect(await auditQueue(test.queue)).toEqual([]);
    expect(await auditQueue(worker)).toEqual([]);
  });

  it('finds nothing where the worker has the limits, from the worker', async () => {
    const test = queueOn({ queue: { defaultJobOptions: { sizeLimit: 1000 } } });
    const worker = test.worker({ removeOnComplete: { count: 10 }, removeOnFail: { count: 10 } }, failing);
    await test.queue.upsertJobScheduler('hourly', { every: 3_600_000 }, { name: 'send' });
    await test.work(worker, 20);
    await test.work(worker, 2, { name: 'fails' });
    expect(await auditQueue(worker)).toEqual([]);
  });

  it('finds nothing to say of jobs that the worker removes, from the queue', async () => {
    const test = queueOn({ queue: { defaultJobOptions: { sizeLimit: 1000 } } });
    const worker = test.worker({ removeOnComplete: { count: 10 }, removeOnFail: { count: 10 } });
    await test.work(worker, 50);
    expect(await auditQueue(test.queue)).toEqual([]);
  });

  it('warns of completed and failed jobs that neither the jobs nor the worker limit', async () => {
    const test = queueOn();
    const worker = test.worker({}, failing);
    await test.work(worker, 30);
    await test.work(worker, 4, { name: 'fails' });
    const findings = await auditQueue(worker);
    const completed = find(findings, 'completed-jobs-kept');
    expect(completed).toMatchObject({ queue: test.name, severity: 'warning' });
    expect(completed.text).toMatch(
      /^30 jobs are kept as completed of about \d+ B each, [\d.]+ KB; neither the jobs nor this worker have a removeOnComplete that limits them \(looked at 'send'\)$/,
    );
    expect(completed.fix).toBe(
      `new Worker('${test.name}', processor, { removeOnComplete: { count: 1000 } })`,
    );
    const failed = find(findings, 'failed-jobs-kept');
    expect(failed).toMatchObject({ severity: 'warning' });
    expect(failed.text).toMatch(/^4 jobs are kept as failed/);
    expect(failed.fix).toContain('removeOnFail: { count: 5000 }');
  });

  it('measures the bytes of kept jobs as Redis does', async () => {
    const test = queueOn();
    const worker = test.worker();
    await test.work(worker, 20, { data: { text: 'x'.repeat(1000) } });
    const usage = async (key: string): Promise<number> =>
      Number(await test.redis.call('MEMORY', 'USAGE', test.queue.toKey(key), 'SAMPLES', '0'));
    let bytes = await usage('completed');
    for (let id = 1; id <= 20; id++) bytes += await usage(String(id));
    const found = find(await auditQueue(worker), 'completed-jobs-kept').bytes!;
    expect(found / bytes).toBeGreaterThan(0.95);
    expect(found / bytes).toBeLessThan(1.05);
  });

  it('counts the logs of kept jobs among their bytes', async () => {
    const test = queueOn();
    const worker = test.worker();
    await test.work(worker, 3);
    const bytes = async (): Promise<number> => find(await auditQueue(worker), 'completed-jobs-kept').bytes!;
    const before = await bytes();
    for (let id = 1; id <= 3; id++) await test.redis.rpush(test.queue.toKey(`${id}:logs`), 'l'.repeat(5000));
    expect(await bytes()).toBeGreaterThan(before + 15_000);
  });

  it('tells the bytes per day at the present rate, from when the jobs finished', async () => {
    const test = queueOn();
    const worker = test.worker();
    await test.work(worker, 24);
    const hour = 3_600_000;
    const now = Date.now();
    for (let id = 1; id <= 24; id++)
      await test.redis.zadd(test.queue.toKey('completed'), now - (24 - id) * 2 * hour - 1000, String(id));
    expect(find(await auditQueue(worker), 'completed-jobs-kept').text).toMatch(
      /, and 12 more a day at the present rate, [\d.]+ KB a day;/,
    );
  });

  it("warns of jobs whose own removeOnComplete: false overrides the worker's limit", async () => {
    const test = queueOn({ queue: { defaultJobOptions: { ...LIMITS, removeOnComplete: false } } });
    const worker = test.worker({ removeOnComplete: { count: 1 } });
    await test.work(worker, 3);
    for (const target of [test.queue, worker]) {
      const findings = await auditQueue(target);
      expect(namesOf(findings)).toEqual(['completed-jobs-kept']);
      expect(findings[0]!.severity).toBe('warning');
      expect(findings[0]!.text).toContain("the jobs' own removeOnComplete keeps them all");
    }
  });

  it('does not warn where one of two job names has a limit that evicts the jobs of both', async () => {
    const test = queueOn({ queue: { defaultJobOptions: { sizeLimit: 1000, removeOnFail: true } } });
    const worker = test.worker();
    await test.work(worker, 2, { name: 'unlimited' });
    await test.work(worker, 2, { name: 'limited', opts: { removeOnComplete: 50 } });
    expect(await auditQueue(worker)).toEqual([]);
  });

  it('only informs, from a queue with few jobs, that the worker cannot be seen', async () => {
    const test = queueOn();
    await test.work(test.worker(), 3);
    const finding = find(await auditQueue(test.queue), 'completed-jobs-kept');
    expect(finding).toMatchObject({ severity: 'info' });
    expect(finding.text).toContain(
      'whether a worker has one cannot be seen from a queue, only from the worker',
    );
    expect(finding.fix).toContain(`new Queue('${test.name}', { defaultJobOptions: {`);
  });

  it('says what a worker without limits will keep, while nothing has finished', async () => {
    const test = queueOn();
    await test.queue.add('send', {});
    const findings = await auditQueue(test.worker());
    expect(find(findings, 'completed-jobs-kept')).toMatchObject({ severity: 'info' });
    expect(find(findings, 'completed-jobs-kept').text).toMatch(
      /^no completed job is kept yet, and all will be;/,
    );
  });

  it('warns of an idle queue whose jobs outlived their age, and not while jobs finish', async () => {
    const test = queueOn({ queue: { defaultJobOptions: { ...LIMITS, removeOnComplete: { age: 3600 } } } });
    const worker = test.worker();
    await test.work(worker, 4);
    expect(await auditQueue(test.queue)).toEqual([]);
    for (let id = 1; id <= 4; id++)
      await test.redis.zadd(test.queue.toKey('completed'), Date.now() - 3 * 3_600_000, String(id));
    const [finding, ...others] = await auditQueue(test.queue);
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ finding: 'completed-jobs-outlive-age', severity: 'warning' });
    expect(finding!.text).toMatch(
      /^4 jobs \([\d.]+ KB\) have outlived removeOnComplete's age of 1 h 0 min by as much as 2 h 0 min/,
    );
    expect(finding!.fix).toContain("queue.clean(3600000, 1000, 'completed')");
    expect(finding!.bytes).toBeGreaterThan(1000);
  });

  it('finds big payloads, big return values and that no sizeLimit refuses them', async () => {
    const test = queueOn({ queue: { defaultJobOptions: { removeOnComplete: 100, removeOnFail: 100 } } });
    const worker = test.worker({}, () => 'r'.repeat(20_000));
    await test.work(worker, 2, { name: 'import', data: { rows: 'x'.repeat(100_000) } });
    const findings = await auditQueue(test.queue);
    expect(namesOf(findings)).toEqual(['big-payloads', 'big-return-values', 'no-size-limit']);
    expect(findings[0]!.text).toBe(
      "payloads are big: up to 97.7 KB, 97.7 KB in the middle one of 2 looked at, in jobs named 'import'",
    );
    expect(findings[0]!.bytes).toBe(2 * 100_011);
    expect(findings[1]!.text).toMatch(/^return values are big: up to 19.5 KB/);
    expect(findings[2]!.severity).toBe('info');
    expect(JSON.stringify(findings)).not.toMatch(/xxx|rrr|rows/);
  });

  it('finds logs without keepLogs, and warns once a job has very many', async () => {
    const test = queueOn({ queue: { defaultJobOptions: { ...LIMITS, keepLogs: undefined as never } } });
    const worker = test.worker();
    await test.work(worker, 1, { name: 'logs' });
    const [few] = await auditQueue(test.queue);
    expect(few).toMatchObject({ finding: 'logs-without-limit', severity: 'info' });
    expect(few!.text).toMatch(/^jobs named 'logs' log without keepLogs: up to 3 lines in one job, \d+ B$/);
    await test.redis.rpush(test.queue.toKey('1:logs'), ...Array.from({ length: 2000 }, () => 'line'));
    const [many] = await auditQueue(test.queue);
    expect(many).toMatchObject({ severity: 'warning' });
    expect(many!.bytes).toBeGreaterThan(2000 * 4);
  });

  it('finds an events stream that holds much, with a maxLen that makes it small', async () => {
    const test = queueOn({ queue: { defaultJobOptions: LIMITS } });
    await test.queue.waitUntilReady();
    const pipeline = test.redis.pipeline();
    for (let entry = 0; entry < 800; entry++)
      pipeline.xadd(test.queue.toKey('events'), '*', 'event', 'completed', 'returnvalue', 'r'.repeat(16_000));
    await pipeline.exec();
    const [finding, ...others] = await auditQueue(test.queue);
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ finding: 'events-stream-big', severity: 'warning' });
    expect(finding!.text).toMatch(
      /^the events stream holds 800 entries of about 1[56][\d.]* KB each, 1[23] MB; it is trimmed to 10,000/,
    );
    expect(finding!.fix).toContain('{ streams: { events: { maxLen: 100 } } }');
  });

  it('warns of job schedulers whose template lacks what the worker lacks too', async () => {
    const test = queueOn();
    await test.queue.upsertJobScheduler(
      'nightly',
      { pattern: '0 3 * * *' },
      { opts: { removeOnComplete: 10 } },
    );
    const finding = find(await auditQueue(test.worker()), 'scheduler-keeps-jobs');
    expect(finding).toMatchObject({ severity: 'warning' });
    expect(finding.text).toBe(
      "templates of 1 of 1 job schedulers looked at ('nightly') have no removeOnFail that limits their jobs; nor has this worker",
    );
    expect(finding.fix).toContain('removeOnFail: { count: 5000 }');
    const covered = test.worker({ removeOnFail: { count: 5 } });
    expect(namesOf(await auditQueue(covered))).not.toContain('scheduler-keeps-jobs');
  });

  it('warns of a name of which Redis has nothing, as of one that is misspelt', async () => {
    const test = queueOn({ queue: { skipMetasUpdate: true } });
    const findings = await auditQueue(test.queue);
    expect(namesOf(findings)).toEqual(['no-such-queue']);
    expect(findings[0]).toMatchObject({ severity: 'warning' });
    expect(findings[0]!.text).toContain(`(keys bull:${test.name}:*)`);
    const empty = queueOn({ queue: { defaultJobOptions: LIMITS } });
    await empty.queue.setGlobalConcurrency(5);
    expect(await auditQueue(empty.queue)).toEqual([]);
  });

  it('respects a prefix with a hash tag, and queue names of any characters', async () => {
    const name = `q'"\\ü-${bull.major}`;
    const test = queueOn({ name, queue: { prefix: '{tag}' } });
    const worker = test.worker();
    await test.work(worker, 3);
    const finding = find(await auditQueue(worker), 'completed-jobs-kept');
    expect(finding).toMatchObject({ queue: name });
    expect(finding.text).toMatch(/^3 jobs are kept/);
    expect(finding.fix).toBe(
      `new Worker('q\\'"\\\\ü-${bull.major}', processor, { removeOnComplete: { count: 1000 } })`,
    );
  });

  it('survives jobs that are damaged or gone while it looks', async () => {
    const test = queueOn({ queue: { defaultJobOptions: LIMITS } });
    await test.work(test.worker(), 3);
    await test.redis.del(test.queue.toKey('1'));
    await test.redis.hset(test.queue.toKey('2'), 'opts', '{not json');
    await test.redis.set(test.queue.toKey('3'), 'no hash').catch(() => undefined);
    const findings = await auditQueue(test.queue);
    expect(namesOf(findings)).toContain('cannot-see-jobs');
  });
});

describe('auditQueue with BullMQ 5', () => {
  it('finds repeatable jobs from before job schedulers, which BullMQ 6 refuses', async () => {
    const test = new TestQueue(MAJORS[0]!, server.url, { queue: { defaultJobOptions: LIMITS } });
    await test.queue.add('report', {}, { repeat: { pattern: '0 3 * * *' } } as never);
    const findings = await auditQueue(test.queue);
    expect(namesOf(findings)).toEqual(['legacy-repeatable-jobs']);
    expect(findings[0]!.text).toBe(
      "1 of 1 repeatable jobs looked at ('report') is from before job schedulers: BullMQ 6 refuses them",
    );
  });
});
