import { expect, test } from 'vitest';
import { LogMerger } from '../../src/merge/log-merger.ts';
import type { LogReport, LogScope } from '../../src/merge/log-report.ts';
import { parseLogLine } from '../../src/read/parse-log-line.ts';
import { at, type MemoryFields, memoryLine, scopeFields, T0 } from '../log-fixture.ts';

type Lines = (object | string)[];

function merged(files: Lines[], since: string | null = null): LogReport {
  const merger = new LogMerger(since === null ? null : Date.parse(since));
  for (const [index, lines] of files.entries()) {
    for (const [at, line] of lines.entries()) {
      const text = typeof line === 'string' ? line : JSON.stringify(line);
      merger.add(parseLogLine({ number: at + 1, text, ended: true }), `${index}.ndjson`, at + 1);
    }
  }
  return merger.report();
}

function line(minute: number, units: number, more: Partial<MemoryFields> = {}): object {
  return memoryLine({ minute, scopes: [{ scope: 'GET /a', units }], ...more });
}

function leaking(minute: number, pid: number, bytesPerUnit: number, half: number): object {
  const ci95: [number, number] = [bytesPerUnit - half, bytesPerUnit + half];
  const size = { verdict: 'leaking', bytesPerUnit, ci95, totalBytes: bytesPerUnit * 1000 };
  return memoryLine({ pid, minute, scopes: [{ scope: 'GET /a', units: 1000, ...size }] });
}

function only(report: LogReport): LogScope {
  expect(report.scopes).toHaveLength(1);
  return report.scopes[0]!;
}

test('the last line of a process stands for its whole life', () => {
  const report = merged([[line(1, 100), line(2, 250)]]);
  expect(only(report)).toMatchObject({
    scope: 'GET /a',
    kind: 'route',
    units: 250,
    verdict: 'stable',
    processes: 1,
  });
  expect(report).toMatchObject({ processes: 1, from: at(1), to: at(2), since: null });
});

test('units of several processes add up, told apart by pid, thread and host', () => {
  const files = [
    [line(1, 100)],
    [line(1, 200, { pid: 2 })],
    [line(1, 400, { threadId: 7 })],
    [line(1, 800, { hostname: 'b' })],
  ];
  expect(only(merged(files)).units).toBe(1500);
  expect(merged(files).processes).toBe(4);
});

test('a process restarted under the same pid is another run, whose units add', () => {
  const report = merged([[line(1, 100), line(2, 250), line(5, 30, { start: 4 }), line(6, 70, { start: 4 })]]);
  expect(only(report)).toMatchObject({ units: 320, processes: 2 });
  expect(report.processes).toBe(2);
});

test('a scope that lost its place and got one again goes on from where it was', () => {
  const turns = [line(1, 100), line(2, 250), line(5, 30), line(6, 70), line(8, 5)];
  expect(only(merged([turns]))).toMatchObject({ units: 325, processes: 1 });
  expect(only(merged([turns], at(3)))).toMatchObject({ units: 75, processes: 1 });
});

test('a restart is seen although more units were counted than before it', () => {
  expect(only(merged([[line(1, 10), line(3, 500, { start: 2 })]])).units).toBe(510);
});

test('a clock that is set, or a machine that slept, is no restart', () => {
  const slept = [line(10, 100), line(17, 200, { start: 6 })];
  expect(merged([slept])).toMatchObject({ processes: 1, scopes: [{ units: 200 }] });
  const setBack = [line(10, 100), line(10.5, 200, { start: -5 })];
  expect(merged([setBack])).toMatchObject({ processes: 1, scopes: [{ units: 200 }] });
});

test('a clock that is set back while lines are written is no restart, and the later lines count', () => {
  for (const back of [5, 60]) {
    const setBack = [line(10, 100), line(20, 200)];
    for (let n = 1; n <= 5; n++) setBack.push(line(20 + n - back, 200 + 10 * n, { start: -back }));
    expect(merged([setBack])).toMatchObject({ processes: 1, scopes: [{ units: 250 }] });
  }
});

test('containers with the same pid are told apart by their start', () => {
  const pods = [
    [line(1, 100), line(20, 900)],
    [line(1.1, 50, { start: 0.05 }), line(20.1, 300, { start: 0.05 })],
  ];
  expect(merged(pods)).toMatchObject({ processes: 2, scopes: [{ units: 1200 }] });
});

test('rotated files of one process are one process', () => {
  const report = merged([
    [line(1, 100), line(2, 250)],
    [line(3, 300), line(4, 400)],
  ]);
  expect(report).toMatchObject({ processes: 1, scopes: [{ units: 400 }] });
});

test('lines without uptimeMs, as a logger writes them, belong to the run of the memory lines', () => {
  const leak = {
    v: 1,
    time: at(1.5),
    event: 'leak',
    pid: 1,
    memory: {},
    ...scopeFields({ scope: 'GET /a', units: 150, verdict: 'leaking' }),
  };
  for (const lines of [
    [line(1, 100), leak, line(2, 250)],
    [leak, line(2, 250)],
  ]) {
    expect(merged([lines])).toMatchObject({ processes: 1, scopes: [{ units: 250, verdict: 'stable' }] });
  }
  expect(only(merged([[line(1, 100), leak]]))).toMatchObject({ units: 150, verdict: 'leaking' });
});

test('lines without uptimeMs whose units fall are of another run', () => {
  const without = (minute: number, units: number): object => ({
    ...line(minute, units),
    uptimeMs: undefined,
  });
  expect(merged([[without(1, 100), without(2, 40), without(3, 90)]])).toMatchObject({
    processes: 2,
    scopes: [{ units: 190 }],
  });
});

test('the verdict is the gravest latest one, with how many processes say so', () => {
  const report = merged([
    [leaking(1, 1, 2000, 100), line(2, 1500)],
    [leaking(1, 2, 2000, 100)],
    [line(1, 5, { pid: 3 })],
  ]);
  expect(only(report)).toMatchObject({
    verdict: 'leaking',
    verdicts: { leaking: 1, stable: 2 },
    processes: 3,
  });
});

test('bytes per unit come only from processes that name the scope; totals add', () => {
  const report = merged([[leaking(1, 1, 2000, 100)], [leaking(1, 2, 2000, 100)], [line(1, 5, { pid: 3 })]]);
  expect(only(report)).toMatchObject({ bytesPerUnit: 2000, totalBytes: 4_000_000, units: 2005 });
  expect(only(report).ci95![1]).toBeCloseTo(2000 + 100 / Math.SQRT2, 3);
});

test('since takes the difference over the window, and knows what began inside it', () => {
  const lines = [line(1, 100), line(2, 250), line(3, 300), line(9, 60, { start: 8 })];
  expect(merged([lines], at(2.5))).toMatchObject({
    ...{ since: at(2.5), from: at(3), to: at(9), processes: 2 },
    scopes: [{ units: 50 + 60 }],
  });
});

test('since counts a scope that first appears inside the window from 0, and a lost beginning from its first line', () => {
  const withB = memoryLine({
    minute: 3,
    scopes: [
      { scope: 'GET /a', units: 120 },
      { scope: 'GET /b', units: 30 },
    ],
  });
  const units = (report: LogReport) => report.scopes.map(({ scope, units }) => [scope, units]);
  expect(units(merged([[line(1, 100), withB]], at(2)))).toEqual([
    ['GET /b', 30],
    ['GET /a', 20],
  ]);
  expect(units(merged([[line(5, 100), line(6, 140)]], at(2)))).toEqual([['GET /a', 40]]);
});

test('since leaves out processes and scopes without a line inside the window', () => {
  const report = merged([[line(1, 100)], [line(9, 5, { pid: 2, start: 8 })]], at(5));
  expect(report).toMatchObject({ processes: 1, scopes: [{ units: 5 }] });
  expect(merged([[line(1, 100)]], at(5))).toMatchObject({
    processes: 0,
    scopes: [],
    from: null,
    buckets: null,
  });
});

test('the trend is the level of what stayed, and falls when a process ends', () => {
  const size = (totalBytes: number) => [
    { scope: 'GET /a', units: 10, verdict: 'growing', bytesPerUnit: 1, totalBytes },
  ];
  const report = merged([
    [0, 1, 2, 3].map((hour) => memoryLine({ minute: hour * 60, scopes: size(hour * 100) })),
    [0, 1, 2, 3, 4, 5, 6].map((hour) => memoryLine({ pid: 2, minute: hour * 60, scopes: size(50) })),
  ]);
  const levels = only(report).trend!;
  expect(levels.length).toBeLessThanOrEqual(24);
  expect([levels[0], Math.max(...levels), levels.at(-1)]).toEqual([50, 350, 50]);
  expect(report.buckets!.widthMs * levels.length).toBeGreaterThanOrEqual(6 * 3_600_000);
  expect(Date.parse(report.buckets!.start)).toBeLessThanOrEqual(T0);
});

test('rows come worst first', () => {
  const scopes = [
    { scope: 'GET /busy', units: 900 },
    { scope: 'GET /small', units: 5, verdict: 'leaking', bytesPerUnit: 9, totalBytes: 10 },
    { scope: 'GET /big', units: 5, verdict: 'leaking', bytesPerUnit: 9, totalBytes: 20 },
    { scope: 'GET /young', units: 5, verdict: 'growing', bytesPerUnit: 9, totalBytes: 99 },
    { scope: 'GET /idle', units: 1 },
  ];
  expect(merged([[memoryLine({ minute: 1, scopes })]]).scopes.map(({ scope }) => scope)).toEqual([
    ...['GET /big', 'GET /small', 'GET /young', 'GET /busy', 'GET /idle'],
  ]);
});

test('growth that follows no scope is merged by its source, and ends when lines no longer name it', () => {
  const background = {
    source: 'background',
    verdict: 'growing',
    bytesPerUnit: null,
    ci95: null,
    bytesPerHour: 100,
    totalBytes: 50,
  };
  const files = [
    [line(1, 1, { unattributed: background }), line(2, 2)],
    [line(1, 1, { pid: 2, unattributed: background })],
  ];
  expect(merged(files).unattributed).toMatchObject([
    {
      source: 'background',
      verdict: 'growing',
      verdicts: { growing: 1, stable: 1 },
      totalBytes: 50,
      bytesPerHour: 100,
    },
  ]);
});

test('spikes and notices are summed up', () => {
  const spike = (bytes: number) => ({
    v: 1,
    time: at(1),
    event: 'spike',
    pid: 1,
    scope: `GET /${bytes}`,
    kind: 'route',
    bytes,
    suppressed: 2,
  });
  const notice = { v: 1, time: T0, event: 'notice', pid: 1, msg: 'too many scopes' };
  expect(merged([[spike(5), spike(9), notice, notice]])).toMatchObject({
    spikes: { count: 2, suppressed: 4, largest: { scope: 'GET /9', bytes: 9 } },
    notices: [{ message: 'too many scopes', count: 2, last: at(0) }],
  });
});

function recycle(minute: number, queue: string, reason = 'jobs'): object {
  const isolate = { kind: 'thread', id: 7 };
  return {
    ...{ v: 1, time: at(minute), event: 'recycle', pid: 1, queue, reason },
    ...{ jobs: 500, heapBytes: null, isolate, ms: 812 },
  };
}

function audit(minute: number, queue: string, text: string): object {
  return {
    ...{ v: 1, time: at(minute), event: 'audit', pid: 1, queue, finding: 'completed-jobs-kept' },
    ...{ severity: 'warning', text, bytes: 4_000_000, fix: 'removeOnComplete: { count: 1000 }' },
  };
}

test('recycles are counted by queue and reason, inside the window of since', () => {
  const lines = [
    recycle(1, 'emails'),
    recycle(2, 'emails', 'heap'),
    recycle(3, 'emails'),
    recycle(3, 'images', 'signal'),
    line(4, 10),
  ];
  expect(merged([lines])).toMatchObject({
    processes: 1,
    recycles: [
      { queue: 'emails', count: 3, reasons: { jobs: 2, heap: 1 } },
      { queue: 'images', count: 1, reasons: { signal: 1 } },
    ],
    lines: { events: { recycle: 4, memory: 1 }, unknown: {}, damaged: 0 },
  });
  expect(merged([lines], at(2.5)).recycles).toEqual([
    { queue: 'emails', count: 1, reasons: { jobs: 1 } },
    { queue: 'images', count: 1, reasons: { signal: 1 } },
  ]);
});

test('snapshots are counted inside the window of since, and are no damaged lines', () => {
  const snapshot = (minute: number): object => ({
    ...{ v: 1, time: at(minute), event: 'snapshot', pid: 1, trigger: 'signal', topSites: [], text: '' },
  });
  const lines = [snapshot(1), snapshot(3), memoryLine({ minute: 4, scopes: [] })];
  expect(merged([lines])).toMatchObject({ snapshots: 2, processes: 1, lines: { damaged: 0, unknown: {} } });
  expect(merged([lines], at(2)).snapshots).toBe(1);
});

test('an audit finding is told once per queue, as its latest line tells it', () => {
  const lines = [audit(3, 'emails', 'new'), audit(1, 'emails', 'old'), audit(1, 'images', 'other')];
  expect(merged([lines]).audits).toEqual([
    {
      ...{ queue: 'emails', finding: 'completed-jobs-kept', severity: 'warning' },
      ...{ text: 'new', bytes: 4_000_000, last: at(3) },
    },
    expect.objectContaining({ queue: 'images', text: 'other' }),
  ]);
  expect(merged([lines], at(2)).audits).toHaveLength(1);
});

test('recycle and audit lines without what they should say are damaged', () => {
  const lines = [
    { ...recycle(1, 'emails'), queue: 7 },
    { ...recycle(1, 'emails'), reason: null },
    { ...audit(1, 'emails', 'x'), text: undefined },
    { ...audit(1, 'emails', 'x'), time: 'never' },
  ];
  expect(merged([lines])).toMatchObject({ recycles: [], audits: [], lines: { damaged: 4 } });
});

test('counts damaged lines with their place, and unknown events, newer versions and other software apart', () => {
  const shapeless = { v: 1, time: at(1), event: 'memory', pid: 1, scopes: [{ scope: 'GET /a' }] };
  const lines = [
    '{"v":1,',
    { v: 1, event: 'fleet' },
    { v: 2, event: 'memory' },
    { level: 30, msg: 'hi' },
    '',
    '7',
    shapeless,
  ];
  const { lines: counts, damaged } = merged([[line(1, 1), ...lines]]);
  expect(counts).toEqual({
    read: 7,
    events: { memory: 1 },
    unknown: { fleet: 1 },
    newer: 1,
    other: 2,
    damaged: 2,
  });
  expect(damaged).toEqual([
    { file: '0.ndjson', line: 2, damage: 'not JSON' },
    { file: '0.ndjson', line: 8, damage: 'unexpected shape' },
  ]);
});

test.each(['__proto__', 'constructor', 'GET /☃/\u0000', ''])('a scope may have any name (%j)', (scope) => {
  const report = merged([[memoryLine({ minute: 1, scopes: [{ scope, units: 3 }] })]]);
  expect(JSON.parse(JSON.stringify(report)).scopes).toMatchObject([{ scope, units: 3 }]);
});

test('hostile logs stay bounded: names are cut, scopes, messages and events are limited', () => {
  const names = (minute: number) =>
    Array.from({ length: 4000 }, (_, i) => ({ scope: `${minute} ${i}`, units: 1 }));
  const long = memoryLine({ minute: 0, scopes: [{ scope: 'x'.repeat(100_000), units: 1 }] });
  const report = merged([
    [
      long,
      ...[1, 2, 3].map((minute) => memoryLine({ minute, scopes: names(minute) })),
      ...Array.from({ length: 100 }, (_, i) => ({ v: 1, time: at(1), event: 'notice', message: `${i}` })),
      ...Array.from({ length: 100 }, (_, i) => ({ v: 1, time: at(1), event: `event ${i}` })),
    ],
  ]);
  expect(report.scopes).toHaveLength(10_006);
  expect(report.statesDropped).toBe(1995);
  expect(Math.max(...report.scopes.map(({ scope }) => scope.length))).toBe(1025);
  expect(report).toMatchObject({ noticesLeftOut: 80 });
  const queues = merged([
    Array.from({ length: 300 }, (_, i) => [
      recycle(1, `q${i % 150}`, `r${i}`),
      audit(1, `q${i % 150}`, 'x'),
    ]).flat(),
  ]);
  expect(queues.recycles).toHaveLength(101);
  expect(queues.recycles[0]).toMatchObject({ queue: '(other)', count: 100 });
  expect(Object.keys(queues.recycles[0]!.reasons)).toHaveLength(11);
  expect(queues).toMatchObject({ audits: { length: 20 }, auditsLeftOut: 260 });
  expect(report.lines.unknown).toMatchObject({ '(other)': 80 });
});

test('of more processes than are kept open the one silent longest is closed, and none is lost', () => {
  const merger = new LogMerger(null);
  for (let pid = 1; pid <= 10_050; pid++) {
    const text = JSON.stringify(line(pid / 100, 3, { pid, start: pid / 100 - 1 }));
    merger.add(parseLogLine({ number: pid, text, ended: true }), 'all.ndjson', pid);
  }
  expect(merger.report()).toMatchObject({
    processes: 10_050,
    scopes: [{ units: 30_150, processes: 10_050 }],
  });
});
