import { type AuditTarget, defaultJobOptions, type KeepOptions, workerOptions } from './audit-target.ts';
import { type Eviction, eviction } from './eviction.ts';
import { type FinishedJobs, finishedJobs } from './finished-jobs.ts';
import { type JobSample, jobSample } from './job-sample.ts';
import type { RedisReader, Refusal, Topic } from './redis-reader.ts';
import { type Schedulers, schedulers } from './schedulers.ts';

/** Jobs that wait, and jobs that are delayed, which are looked at. */
const WAITING = 6;
const DELAYED = 4;

/** All that the audit reads of a queue; what it says of it is made from this alone. */
export interface QueueFacts {
  queue: string;
  /** Key pattern of the queue, for ACL rules. */
  keyPattern: string;
  /** Epoch milliseconds. */
  now: number;
  /** Null where the audit was given a queue: workers cannot be seen from there. */
  worker: KeepOptions | null;
  /** `defaultJobOptions` of the queue that was given. */
  defaults: KeepOptions;
  completed: FinishedJobs;
  failed: FinishedJobs;
  /** Jobs not yet finished that were looked at. */
  waiting: JobSample[];
  /** Jobs ever added; null for none, or where it cannot be seen. */
  added: number | null;
  /** Jobs in any state. */
  present: number;
  /** Jobs ever added that are gone; null where that cannot be seen. */
  removed: number | null;
  events: { length: number; bytes: number | null; maxLen: number | null };
  schedulers: Schedulers;
  eviction: Eviction | null;
  refusals: ReadonlyMap<Topic, Refusal>;
}

/** Reads a queue with at most some 300 commands, however large it is. */
export async function queueFacts(reader: RedisReader, target: AuditTarget, now: number): Promise<QueueFacts> {
  const [completed, failed, waiting, others, added, events, scheduled, evicting] = await Promise.all([
    finishedJobs(reader, target, 'completed', now),
    finishedJobs(reader, target, 'failed', now),
    waitingJobs(reader, target),
    unfinished(reader, target),
    reader.number('counts', 'GET', target.toKey('id')),
    eventsStream(reader, target),
    schedulers(reader, target),
    eviction(reader),
  ]);
  const present = completed.count + failed.count + others;
  const isCounted = added !== null && !reader.refusals.has('counts');
  return {
    queue: target.name,
    keyPattern: `${target.toKey('')}*`,
    now,
    worker: workerOptions(target),
    defaults: defaultJobOptions(target),
    completed,
    failed,
    waiting,
    added,
    present,
    removed: isCounted ? Math.max(0, added - present) : null,
    events,
    schedulers: scheduled,
    eviction: evicting,
    refusals: reader.refusals,
  };
}

async function waitingJobs(reader: RedisReader, target: AuditTarget): Promise<JobSample[]> {
  const [waiting, delayed] = await Promise.all([
    reader.list('jobs', 'LRANGE', target.toKey('wait'), '0', String(WAITING - 1)),
    reader.list('jobs', 'ZRANGE', target.toKey('delayed'), String(-DELAYED), '-1'),
  ]);
  const ids = [...waiting, ...delayed].filter((id) => id !== null);
  const samples = await Promise.all(ids.map((id) => jobSample(reader, target, id)));
  return samples.filter((sample) => sample !== null);
}

async function unfinished(reader: RedisReader, target: AuditTarget): Promise<number> {
  const lists = ['wait', 'paused', 'active'].map((part) => ['LLEN', part] as const);
  const sets = ['delayed', 'prioritized', 'waiting-children'].map((part) => ['ZCARD', part] as const);
  const counts = await Promise.all(
    [...lists, ...sets].map(([command, part]) => reader.number('counts', command, target.toKey(part))),
  );
  return counts.reduce((sum: number, count) => sum + (count ?? 0), 0);
}

async function eventsStream(reader: RedisReader, target: AuditTarget): Promise<QueueFacts['events']> {
  const key = target.toKey('events');
  const [length, bytes, [maxLen]] = await Promise.all([
    reader.number('events', 'XLEN', key),
    reader.number('sizes', 'MEMORY', 'USAGE', key),
    reader.list('events', 'HMGET', target.toKey('meta'), 'opts.maxLenEvents'),
  ]);
  return { length: length ?? 0, bytes, maxLen: maxLen == null ? null : Number(maxLen) };
}
