import { describe, expect, it } from 'vitest';
import {
  formatDifference,
  formatFrame,
  formatSize,
  formatSnapshot,
  formatStatistic,
} from '../../src/report/allocation-text.ts';
import { frame, ordinals, snapshotOf, stackOf } from './snapshot-fixture.ts';

const LOAD = frame('loadUser');
const HANDLER = frame('getUser', 'src/app.ts', 10);
const SET = { ...frame('set', 'node_modules/keyv/src/index.ts', 3), package: 'keyv@5.5.0' };
const older = snapshotOf(
  [stackOf([LOAD, HANDLER], ordinals(1, 8)), stackOf([SET, HANDLER], ordinals(50, 6))],
  {
    ...{ time: '2026-11-22T13:52:09.000Z', uptimeMs: 0, counters: { Timeout: 3, PipeWrap: 1 } },
  },
);
const newer = snapshotOf(
  [stackOf([LOAD, HANDLER], ordinals(1, 18), 'GET /users/:id'), stackOf([SET, HANDLER], ordinals(50, 5))],
  { counters: { Timeout: 12, PipeWrap: 1 } },
);

describe('the text of a snapshot', () => {
  it('has the shape of tracemalloc, with the sampling error', () => {
    expect(formatDifference(newer, older)).toBe(
      [
        'allocations alive at 2026-11-22 14:02:09 UTC compared to 13:52 UTC, 10 min before, pid 4242; 23 samples, one per 64 KiB; ± is their error (95 %)',
        'heap 82 MiB (+0 B), rss 200 MiB (+0 B)',
        'counters: Timeout 12 (+9)',
        'src/users.ts:41 loadUser: size=1.1 MiB (+640 KiB ± 397 KiB), count=18 (+10)',
        'node_modules/keyv/src/index.ts:3 set [keyv@5.5.0]: size=320 KiB (-64 KiB ± 125 KiB), count=5 (-1)',
      ].join('\n'),
    );
  });

  it('tells of one snapshot what it holds and what reading it cost', () => {
    expect(formatSnapshot(newer, { top: 1 })).toBe(
      [
        'allocations alive at 2026-11-22 14:02:09 UTC, pid 4242; 23 samples, one per 64 KiB; ± is their error (95 %)',
        'heap 82 MiB, rss 200 MiB; reading cost 210 ms of CPU, 45 ms of pause',
        'src/users.ts:41 loadUser: size=1.1 MiB ± 532 KiB, count=18',
        '1 more function',
      ].join('\n'),
    );
  });

  it('names the callers by stack, and what is on no scope by scope', () => {
    expect(formatStatistic(newer.top(1, { groupBy: 'stack' })[0]!, 'stack')).toBe(
      'src/users.ts:41 loadUser: size=1.1 MiB ± 532 KiB, count=18\n  called by src/app.ts:10 getUser',
    );
    expect(formatSnapshot(newer, { groupBy: 'scope' })).toContain('(no scope on the stack): size=320 KiB');
  });

  it('says why there is nothing where it holds no stacks, and where no sample is alive', () => {
    const text = formatSnapshot(snapshotOf(null, { unavailable: 'dd-trace has the profiler' }));
    expect(text).toContain('pid 4242: none, dd-trace has the profiler\nheap 82 MiB');
    expect(formatSnapshot(snapshotOf([]))).toContain('no sample alive');
  });

  it('names the nearest function of a source for what native functions allocate, and no place of these', () => {
    const native = frame('Map.set', '(native)', 0);
    const snapshot = snapshotOf([
      stackOf([native, frame('keep'), frame('handler', 'src/app.ts', 10)], ordinals(0, 5)),
      stackOf([frame('JSON.parse', '(native)', 0)], ordinals(5, 2)),
    ]);
    const text = formatSnapshot(snapshot).split('\n').slice(2);
    expect(text.map((line) => line.split(': ')[0])).toEqual(['src/users.ts:41 keep', '(native) JSON.parse']);
    expect(formatSnapshot(snapshot, { groupBy: 'file' })).toContain('\n(native): size=');
    expect(formatFrame({ ...native, file: '' })).toBe('(native) Map.set');
  });

  it('has sizes in binary units, as short as they can be read', () => {
    expect([0, 1, 1023, 1024, 1536, 10_188, 655_360, 1_258_291, 5e9, 9e15].map(formatSize)).toEqual([
      ...['0 B', '1 B', '1023 B', '1 KiB', '1.5 KiB', '9.9 KiB', '640 KiB', '1.2 MiB', '4.7 GiB', '8185 TiB'],
    ]);
    expect(formatSize(-1536)).toBe('-1.5 KiB');
  });
});
