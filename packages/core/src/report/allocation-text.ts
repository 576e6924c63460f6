import type { Frame } from '../site-types.ts';
import type { AllocationSnapshot, GroupOptions } from './allocation-snapshot.ts';
import type { AllocationDifference, AllocationStatistic } from './allocation-statistics.ts';
import { formatDuration, formatSince } from './quantities.ts';
import { allocatingFrame, isNative } from './stack-groups.ts';

/** What of a snapshot is printed. */
export interface AllocationTextOptions extends GroupOptions {
  /** Lines. @default 10 */
  top?: number;
}

const DEFAULT_TOP = 10;
/** A profiler that had run for less was started by the snapshot itself. */
const STARTED_MS = 1000;
const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/**
 * One line in the shape of Python's tracemalloc, sizes with their sampling error, `count` in samples:
 * `src/users.ts:41 loadUser: size=1.2 MiB (+640 KiB ± 80 KiB), count=18 (+10)`. By `stack` its callers follow, a line each.
 */
export function formatStatistic(
  statistic: AllocationStatistic | AllocationDifference,
  groupBy: NonNullable<GroupOptions['groupBy']> = 'function',
): string {
  const { bytes, errorBytes, samples } = statistic;
  const [size, count] =
    'deltaBytes' in statistic
      ? [
          `${formatSize(bytes)} (${signed(statistic.deltaBytes)} ± ${formatSize(statistic.deltaErrorBytes)})`,
          `${samples} (${statistic.deltaSamples < 0 ? '' : '+'}${statistic.deltaSamples})`,
        ]
      : [`${formatSize(bytes)} ± ${formatSize(errorBytes)}`, `${samples}`];
  return [`${labelOf(statistic, groupBy)}: size=${size}, count=${count}`, ...callers(statistic)].join('\n');
}

/** What holds most in a snapshot, as text; the reason where it holds no stacks. */
export function formatSnapshot(snapshot: AllocationSnapshot, options: AllocationTextOptions = {}): string {
  const { groupBy = 'function', top = DEFAULT_TOP } = options;
  const { time, memory } = snapshot.data;
  const head = `allocations alive at ${formatTime(time)}, ${formatProcess(snapshot)}`;
  const footprint = `heap ${formatSize(memory.floorBytes ?? memory.heapUsedBytes)}, rss ${formatSize(memory.rssBytes)}`;
  if (snapshot.unavailable !== null) return `${head}: none, ${snapshot.unavailable}\n${footprint}`;
  const all = snapshot.top(Number.MAX_SAFE_INTEGER, { groupBy });
  return [
    `${head}; ${samplingOf(snapshot)}`,
    `${footprint}; reading cost ${formatMs(snapshot.costMs)} of CPU, ${formatMs(snapshot.pauseMs)} of pause`,
    ...lines(all, groupBy, top),
    ...(all.length === 0 ? [`no sample alive: ${lackOf(snapshot)}`] : []),
  ].join('\n');
}

/** Why a snapshot holds no sample, though the profiler was read. */
function lackOf({ data: { pid, sampledMs } }: AllocationSnapshot): string {
  return sampledMs !== undefined && sampledMs < STARTED_MS
    ? 'this snapshot started the profiler, take another one to see what has been allocated since'
    : `pid ${pid} has allocated little since its profiler started; let traffic pass and take another one`;
}

/**
 * What changed between two snapshots of one process, as text.
 *
 * @throws LeakguardError as `compareTo`
 */
export function formatDifference(
  newer: AllocationSnapshot,
  older: AllocationSnapshot,
  options: AllocationTextOptions = {},
): string {
  const { groupBy = 'function', top = DEFAULT_TOP } = options;
  const all = newer.compareTo(older, { groupBy });
  const between = formatDuration(newer.data.uptimeMs - older.data.uptimeMs);
  return [
    `allocations alive at ${formatTime(newer.time)} compared to ${formatSince(older.time, newer.time)}, ${between} before, ` +
      `${formatProcess(newer)}; ${samplingOf(newer)}`,
    footprintChange(newer, older),
    ...counterChanges(newer, older),
    ...lines(all, groupBy, top),
  ].join('\n');
}

/** '1.2 MiB', '640 KiB'; 1 KiB is 1,024 bytes. */
export function formatSize(bytes: number): string {
  const size = Math.abs(bytes);
  const power = size < 1024 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(size) / 10));
  const scaled = bytes / 1024 ** power;
  const digits = power > 0 && Math.abs(scaled) < 9.95 ? 1 : 0;
  return `${scaled.toFixed(digits).replace(/\.0$/, '').replace(/^-0$/, '0')} ${UNITS[power]}`;
}

/** `src/users.ts:41 loadUser`, and the package where the file is one's; `(native) set` for V8's own. */
export function formatFrame(frame: Frame): string {
  const { function: name, file, line, package: owner } = frame;
  const place = isNative(frame) ? '(native)' : `${file}:${line}`;
  return `${place} ${name}${owner === undefined ? '' : ` [${owner}]`}`;
}

function labelOf(
  { frames, name }: AllocationStatistic,
  groupBy: NonNullable<GroupOptions['groupBy']>,
): string {
  const frame = allocatingFrame(frames);
  if (frame !== null) return formatFrame(frame);
  if (groupBy === 'file') return name === '' ? '(native)' : (name ?? '(unknown)');
  return name ?? '(no scope on the stack)';
}

/** By `stack`: what called the allocating function, Node's frames below it left out. */
function callers({ frames }: AllocationStatistic): string[] {
  const allocating = allocatingFrame(frames);
  const index = allocating === null ? -1 : frames.indexOf(allocating);
  return frames.slice(index + 1).map((frame) => `  called by ${formatFrame(frame)}`);
}

function lines(
  all: readonly AllocationStatistic[],
  groupBy: NonNullable<GroupOptions['groupBy']>,
  top: number,
): string[] {
  const more = all.length - top;
  const noun = { function: 'function', file: 'file', stack: 'stack', scope: 'scope' }[groupBy];
  return [
    ...all.slice(0, top).map((statistic) => formatStatistic(statistic, groupBy)),
    ...(more > 0 ? [`${more} more ${noun}${more === 1 ? '' : 's'}`] : []),
  ];
}

function samplingOf({ data: { samplingIntervalBytes, stacks } }: AllocationSnapshot): string {
  const samples = (stacks ?? []).reduce((sum, stack) => sum + stack.samples, 0);
  const interval = samplingIntervalBytes === null ? '' : `, one per ${formatSize(samplingIntervalBytes)}`;
  return `${samples} ${samples === 1 ? 'sample' : 'samples'}${interval}; ± is their error (95 %)`;
}

function footprintChange({ data: newer }: AllocationSnapshot, { data: older }: AllocationSnapshot): string {
  const change = (now: number, before: number): string => `${formatSize(now)} (${signed(now - before)})`;
  const [now, before] = [newer.memory, older.memory];
  const heap =
    now.floorBytes === null || before.floorBytes === null
      ? change(now.heapUsedBytes, before.heapUsedBytes)
      : change(now.floorBytes, before.floorBytes);
  return `heap ${heap}, rss ${change(now.rssBytes, before.rssBytes)}`;
}

function counterChanges(
  { data: { counters: now = {} } }: AllocationSnapshot,
  { data: { counters: before = {} } }: AllocationSnapshot,
): string[] {
  const changes = Object.entries(now)
    .map(([name, count]) => [name, count, count - (Object.hasOwn(before, name) ? before[name]! : 0)] as const)
    .filter(([, , change]) => change !== 0)
    .map(([name, count, change]) => `${name} ${count} (${change < 0 ? '' : '+'}${change})`);
  return changes.length === 0 ? [] : [`counters: ${changes.join(', ')}`];
}

function signed(bytes: number): string {
  return bytes < 0 ? formatSize(bytes) : `+${formatSize(bytes)}`;
}

function formatMs(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

function formatTime(iso: string): string {
  return `${iso.slice(0, 19).replace('T', ' ')} UTC`;
}

function formatProcess({ data: { pid, threadId } }: AllocationSnapshot): string {
  return threadId === undefined ? `pid ${pid}` : `pid ${pid}, thread ${threadId}`;
}
