import { LeakguardError } from '../errors.ts';
import type { AllocationSnapshotData, Frame, StackStatistic } from '../site-types.ts';
import type { HeapForecast, MemoryReport, ScopeKind, Signal } from '../types.ts';
import { Shape, ShapeError } from './shape.ts';

/** What says that a file is a snapshot of ours. */
export const SNAPSHOT_KIND = 'leakguard.allocations';

const SIGNALS: readonly Signal[] = ['heap', 'oldSpace', 'external', 'arrayBuffers'];
const KINDS: readonly ScopeKind[] = ['route', 'job'];

/**
 * A copy of a snapshot from outside, checked through and through: whatever passes can be grouped, compared and printed.
 *
 * @param json text, or what was parsed from it
 * @param name of it, for messages
 * @throws LeakguardError `ERR_LEAKGUARD_SNAPSHOT_FORMAT` or `ERR_LEAKGUARD_SNAPSHOT_VERSION`
 */
export function checkedSnapshot(json: unknown, name: string): AllocationSnapshotData {
  try {
    const shape = new Shape('snapshot', typeof json === 'string' ? parsed(json) : json);
    assertKind(shape, name);
    return snapshot(shape);
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    throw new LeakguardError(
      'ERR_LEAKGUARD_SNAPSHOT_FORMAT',
      `leakguard: ${name} is no allocation snapshot: ${error.message}`,
      { cause: error },
    );
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ShapeError('it is not JSON', { cause });
  }
}

function assertKind(shape: Shape, name: string): void {
  const kind = shape.field('kind').value;
  if (kind !== SNAPSHOT_KIND) throw new ShapeError(`its kind is not '${SNAPSHOT_KIND}'`);
  const v = shape.field('v').number();
  if (v === 1) return;
  throw new LeakguardError(
    'ERR_LEAKGUARD_SNAPSHOT_VERSION',
    `leakguard: ${name} is a snapshot of version ${v}, this leakguard reads version 1; use the one that wrote it`,
  );
}

function snapshot(shape: Shape): AllocationSnapshotData {
  const frames = shape.field('frames').list(frame);
  return {
    v: 1,
    kind: SNAPSHOT_KIND,
    time: shape.field('time').time(),
    pid: shape.field('pid').count(),
    ...shape.optional('threadId', (field) => field.count()),
    process: shape.field('process').string(),
    node: shape.field('node').string(),
    uptimeMs: shape.field('uptimeMs').amount(),
    memory: memory(shape.field('memory')),
    scopes: shape.field('scopes').list(scope),
    ...shape.optional('counters', (field) => field.record((value) => value.number())),
    samplingIntervalBytes: shape.field('samplingIntervalBytes').orNull((field) => field.amount()),
    frames,
    stacks: shape
      .field('stacks')
      .orNull((field) => field.list((stack) => stackStatistic(stack, frames.length))),
    unavailable: shape.field('unavailable').orNull((field) => field.string()),
    ...shape.optional('sampledMs', (field) => field.amount()),
    costMs: shape.field('costMs').amount(),
    pauseMs: shape.field('pauseMs').amount(),
  };
}

function frame(shape: Shape): Frame {
  return {
    function: shape.field('function').string(),
    file: shape.field('file').string(),
    line: shape.field('line').count(),
    column: shape.field('column').count(),
    ...shape.optional('package', (field) => field.string()),
  };
}

function stackStatistic(shape: Shape, frameCount: number): StackStatistic {
  return {
    stack: shape.field('stack').list((index) => index.count(frameCount - 1)),
    scope: shape.field('scope').orNull((field) => field.string()),
    bytes: shape.field('bytes').amount(),
    samples: shape.field('samples').count(),
    variance: shape.field('variance').amount(),
    ...shape.optional('ordinals', (field) => field.list((ordinal) => ordinal.count())),
  };
}

function scope(shape: Shape): AllocationSnapshotData['scopes'][number] {
  return {
    scope: shape.field('scope').string(),
    kind: shape.field('kind').oneOf(KINDS),
    units: shape.field('units').count(),
  };
}

function memory(shape: Shape): MemoryReport {
  return {
    floorBytes: shape.field('floorBytes').orNull((field) => field.amount()),
    heapUsedBytes: shape.field('heapUsedBytes').amount(),
    rssBytes: shape.field('rssBytes').amount(),
    externalBytes: shape.field('externalBytes').amount(),
    arrayBuffersBytes: shape.field('arrayBuffersBytes').amount(),
    heapLimitBytes: shape.field('heapLimitBytes').amount(),
    floorSlopeBytesPerHour: shape.field('floorSlopeBytesPerHour').orNull((field) => field.number()),
    growing: shape.field('growing').list((signal) => signal.oneOf(SIGNALS)),
    forecast: shape.field('forecast').orNull(forecast),
  };
}

function forecast(shape: Shape): HeapForecast {
  const [low, high, ...more] = shape.field('ci95Ms').list((end) => end.number());
  if (low === undefined || high === undefined || more.length > 0)
    throw new ShapeError('ci95Ms must have two ends');
  return {
    limitBytes: shape.field('limitBytes').amount(),
    inMs: shape.field('inMs').number(),
    ci95Ms: [low, high],
  };
}
