import { describe, expect, it } from 'vitest';
import type { KeepOptions } from '../../src/audit/audit-target.ts';
import { findingsOf } from '../../src/audit/findings/findings-of.ts';
import type { FinishedJobs } from '../../src/audit/finished-jobs.ts';
import type { JobSample } from '../../src/audit/job-sample.ts';
import type { QueueFacts } from '../../src/audit/queue-facts.ts';

const LIMITS: KeepOptions = { removeOnComplete: 100, removeOnFail: 100, sizeLimit: 1000 };
const NOW = Date.UTC(2026, 0, 1);

function job(opts: KeepOptions, sizes: Partial<JobSample> = {}): JobSample {
  return { name: 'send', opts, dataBytes: 7, resultBytes: 4, logLines: 0, bytes: 500, logBytes: 0, ...sizes };
}

function finished(state: FinishedJobs['state'], count: number, opts: KeepOptions): FinishedJobs {
  const newest = count === 0 ? [] : [job(opts)];
  return { state, count, newestAt: NOW, perDay: null, newest, bytesPerJob: 500 };
}

/** A queue in order, as a queue sees it, but for what is given. */
function facts(more: Partial<QueueFacts> = {}): QueueFacts {
  return {
    queue: 'emails',
    keyPattern: 'bull:emails:*',
    now: NOW,
    worker: null,
    defaults: {},
    completed: finished('completed', 100, LIMITS),
    failed: finished('failed', 0, LIMITS),
    waiting: [],
    added: 1000,
    present: 100,
    removed: 900,
    events: { length: 10_000, bytes: 510_000, maxLen: 10_000 },
    schedulers: { count: 0, seen: [] },
    eviction: { policy: 'noeviction', maxMemoryBytes: 0 },
    refusals: new Map(),
    ...more,
  };
}

const told = (more: Partial<QueueFacts>): [string, string][] =>
  findingsOf(facts(more)).map(({ finding, severity }) => [finding, severity]);

describe('what is said of a queue whose workers cannot be seen', () => {
  const without = (count: number, opts: KeepOptions, removed: number): [string, string][] =>
    told({ completed: finished('completed', count, { sizeLimit: 1000, ...opts }), present: count, removed });

  it('is nothing where all is in order', () => {
    expect(told({})).toEqual([]);
  });

  it('is a warning of many jobs where nothing ever added is gone', () => {
    expect(without(1001, {}, 0)).toEqual([['completed-jobs-kept', 'warning']]);
    expect(without(50_000, {}, 400)).toEqual([['completed-jobs-kept', 'warning']]);
  });

  it('is a warning of many jobs that have only the other option, however many are gone', () => {
    expect(without(1001, { removeOnFail: 10 }, 90_000)).toEqual([['completed-jobs-kept', 'warning']]);
  });

  it('is information of many jobs where others are gone, for a worker may limit them', () => {
    expect(without(1001, {}, 90_000)).toEqual([['completed-jobs-kept', 'info']]);
  });

  it('is information of few jobs where nothing is gone, and nothing where others are', () => {
    expect(without(1000, {}, 0)).toEqual([['completed-jobs-kept', 'info']]);
    expect(without(1000, {}, 90_000)).toEqual([]);
    expect(without(1000, { removeOnFail: 10 }, 90_000)).toEqual([]);
  });

  it('does not take for nothing gone what cannot be counted', () => {
    const completed = finished('completed', 5000, { sizeLimit: 1000 });
    expect(told({ completed, removed: null, added: null })).toEqual([['completed-jobs-kept', 'info']]);
  });

  it('lets 5,000 failed jobs be by intent', () => {
    const failed = (count: number): FinishedJobs =>
      finished('failed', count, { removeOnComplete: 100, sizeLimit: 1000 });
    expect(told({ failed: failed(5000) })).toEqual([]);
    expect(told({ failed: failed(5001) })).toEqual([['failed-jobs-kept', 'warning']]);
  });

  it('of schedulers is as sure as of the jobs that they add', () => {
    const seen = [{ name: 'nightly', opts: {}, isLegacy: false }];
    const schedulers = { count: 1, seen };
    expect(told({ schedulers })).toEqual([]);
    const completed = finished('completed', 2000, { sizeLimit: 1000 });
    expect(told({ schedulers, completed, removed: 0 })).toEqual([
      ['completed-jobs-kept', 'warning'],
      ['scheduler-keeps-jobs', 'warning'],
    ]);
  });
});

describe('the rules of sizes', () => {
  it('take defaultJobOptions for jobs to come, where those that are there lack a sizeLimit', () => {
    const completed = finished('completed', 10, { removeOnComplete: 100, removeOnFail: 100 });
    expect(told({ completed })).toEqual([['no-size-limit', 'info']]);
    expect(told({ completed, defaults: { sizeLimit: 1000 } })).toEqual([]);
  });

  it('begin where they say', () => {
    const waiting = (sizes: Partial<JobSample>): Partial<QueueFacts> => ({ waiting: [job(LIMITS, sizes)] });
    expect(told(waiting({ dataBytes: 65_535, resultBytes: 16_383 }))).toEqual([]);
    expect(told(waiting({ dataBytes: 65_536 }))).toEqual([['big-payloads', 'warning']]);
    expect(told(waiting({ resultBytes: 16_384 }))).toEqual([['big-return-values', 'warning']]);
    expect(told(waiting({ logLines: 999, logBytes: 65_535 }))).toEqual([['logs-without-limit', 'info']]);
    expect(told(waiting({ logLines: 1000 }))).toEqual([['logs-without-limit', 'warning']]);
    expect(told(waiting({ logLines: 1, logBytes: 65_536 }))).toEqual([['logs-without-limit', 'warning']]);
  });

  it('judge the events stream by its length where its bytes cannot be seen', () => {
    const events = (length: number, bytes: number | null): Partial<QueueFacts> => ({
      events: { length, bytes, maxLen: null },
    });
    expect(told(events(20_000, null))).toEqual([]);
    expect(told(events(20_001, null))).toEqual([['events-stream-big', 'warning']]);
    expect(told(events(200_000, 1_000_000))).toEqual([]);
    expect(told(events(10, 10_485_760))).toEqual([['events-stream-big', 'warning']]);
  });

  it('show no name of a job that could be more than a name', () => {
    const name = `${'x'.repeat(500)}`;
    const [finding] = findingsOf(facts({ waiting: [job(LIMITS, { name, dataBytes: 1e6 })] }));
    expect(finding!.text).toContain(`'${'x'.repeat(40)}…'`);
    expect(finding!.text.length).toBeLessThan(200);
  });
});
