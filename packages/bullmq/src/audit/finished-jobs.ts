import type { AuditTarget } from './audit-target.ts';
import { type JobSample, jobSample } from './job-sample.ts';
import type { RedisReader } from './redis-reader.ts';

const DAY_MS = 86_400_000;
/** A rate from less than this is none. */
const MIN_SPAN_MS = 60_000;
/** Newest jobs, whose options are those of today. */
const NEWEST = 8;
/** Jobs at ranks spread evenly over the set, whose sizes stand for all. */
const SPREAD = 6;

/** The jobs that Redis keeps after they completed, or failed. */
export interface FinishedJobs {
  state: 'completed' | 'failed';
  count: number;
  /** When the newest one finished, epoch milliseconds; null for none. */
  newestAt: number | null;
  /** Kept jobs that finished within the last day, scaled to a day where the oldest is younger; null where that says nothing. */
  perDay: number | null;
  newest: JobSample[];
  /** Mean bytes of a kept job: hash, logs and its place in the set; null where Redis does not tell. */
  bytesPerJob: number | null;
}

/** Reads a set of finished jobs in a number of commands that does not depend on its size. */
export async function finishedJobs(
  reader: RedisReader,
  target: AuditTarget,
  state: 'completed' | 'failed',
  now: number,
): Promise<FinishedJobs> {
  const key = target.toKey(state);
  const count = (await reader.number('counts', 'ZCARD', key)) ?? 0;
  if (count === 0) return { state, count, newestAt: null, perDay: null, newest: [], bytesPerJob: null };
  const [tail, head, lastDay, indexBytes, spreadIds] = await Promise.all([
    reader.list('jobs', 'ZRANGE', key, String(-NEWEST), '-1', 'WITHSCORES'),
    reader.list('jobs', 'ZRANGE', key, '0', '0', 'WITHSCORES'),
    reader.number('counts', 'ZCOUNT', key, String(now - DAY_MS), '+inf'),
    reader.number('sizes', 'MEMORY', 'USAGE', key),
    Promise.all(ranks(count).map((rank) => reader.list('jobs', 'ZRANGE', key, String(rank), String(rank)))),
  ]);
  const [newest, spread] = await samplesOf(reader, target, members(tail), spreadIds.flat());
  const scores = tail.filter((_, index) => index % 2 === 1).map(Number);
  return {
    state,
    count,
    newestAt: scores.length === 0 ? null : Math.max(...scores),
    perDay: ratePerDay(now, Number(head[1] ?? Number.NaN), count, lastDay),
    newest,
    bytesPerJob: bytesPerJob(spread, indexBytes, count),
  };
}

/** The same job is read once, however many lists it is in. */
async function samplesOf(
  reader: RedisReader,
  target: AuditTarget,
  ...lists: readonly (readonly (string | null)[])[]
): Promise<[JobSample[], JobSample[]]> {
  const ids = [...new Set(lists.flat())].filter((id) => id !== null);
  const samples = await Promise.all(ids.map((id) => jobSample(reader, target, id)));
  const byId = new Map(ids.map((id, index) => [id, samples[index]]));
  const [first, second] = lists.map((list) =>
    list.map((id) => (id === null ? null : byId.get(id))).filter((sample) => sample != null),
  );
  return [first ?? [], second ?? []];
}

function ranks(count: number): number[] {
  const wanted = Math.min(SPREAD, count);
  return Array.from({ length: wanted }, (_, index) => Math.floor(((index + 0.5) * count) / wanted));
}

/** Of `member, score, member, score`. */
function members(list: readonly (string | null)[]): (string | null)[] {
  return list.filter((_, index) => index % 2 === 0);
}

function ratePerDay(now: number, oldestAt: number, count: number, lastDay: number | null): number | null {
  const span = now - oldestAt;
  if (span >= DAY_MS) return lastDay;
  return span >= MIN_SPAN_MS ? (count / span) * DAY_MS : null;
}

function bytesPerJob(samples: readonly JobSample[], indexBytes: number | null, count: number): number | null {
  const sizes = samples.map(({ bytes }) => bytes).filter((bytes) => bytes !== null);
  if (sizes.length === 0) return null;
  return sizes.reduce((sum, bytes) => sum + bytes, 0) / sizes.length + (indexBytes ?? 0) / count;
}
