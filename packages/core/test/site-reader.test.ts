import { describe, expect, it } from 'vitest';
import type { FloorReading } from '../src/internal-types.ts';
import { resolveOptions } from '../src/options.ts';
import { type ReadNeed, SiteReader } from '../src/site-reader.ts';
import type { GuardOptions } from '../src/types.ts';
import { FakeRuntime } from './fake-runtime.ts';

const MB = 2 ** 20;
const MINUTE = 60_000;

function setUp(options: GuardOptions = {}, startMs = 0) {
  const runtime = new FakeRuntime();
  const reader = new SiteReader(resolveOptions({ enabled: true, ...options }), runtime, startMs);
  const isDue = (need: Partial<ReadNeed> = {}): boolean =>
    reader.isDue({ nowMs: 0, units: 2000, pace: 'watch', triggered: true, after: null, ...need });
  const read = (nowMs: number, units = 0, after: FloorReading | null = null) =>
    reader.read({ nowMs, units, after, isOnDemand: false });
  return { runtime, sampler: runtime.sampler, reader, isDue, read };
}

describe('the start of the profiler', () => {
  it('comes 30 s after the guard was made and not before, once, at 64 KB per sample', () => {
    const { sampler, reader } = setUp({}, 5000);
    expect([reader.startIfDue(34_999, 0), sampler.starts]).toEqual([false, 0]);
    expect([reader.startIfDue(35_000, 0), sampler.starts]).toEqual([true, 1]);
    expect(sampler.intervalBytes).toBe(64 * 1024);
    expect([reader.startIfDue(36_000, 0), reader.start(36_000, 0), sampler.starts]).toEqual([
      false,
      false,
      1,
    ]);
    expect(reader.unavailable).toBeNull();
  });

  it('comes at once at prove, at 16 KB per sample, and elsewhere for who asks', () => {
    const proving = setUp({ level: 'prove' });
    expect(proving.reader.startIfDue(0, 0)).toBe(true);
    expect(proving.sampler.intervalBytes).toBe(16 * 1024);
    const asked = setUp({ level: 'diagnose' });
    expect(asked.reader.startIfDue(0, 0)).toBe(false);
    expect(asked.reader.start(0, 0)).toBe(true);
  });

  it('is tried once where another tool has the profiler', () => {
    const { sampler, reader, isDue, read } = setUp();
    sampler.refusal = 'another tool samples the heap';
    expect(reader.startIfDue(30_000, 0)).toBe(false);
    sampler.refusal = null;
    expect([reader.startIfDue(60_000, 0), reader.start(60_000, 0)]).toEqual([false, false]);
    expect([sampler.starts, reader.isRunning]).toEqual([1, false]);
    expect(reader.unavailable).toBe('another tool samples the heap');
    expect(isDue({ units: 1e9, nowMs: 1e9 })).toBe(false);
    expect(read(1e9)).toBeNull();
  });

  it('never comes where option profiler is false, and that is the reason told', () => {
    const { sampler, reader } = setUp({ profiler: false, level: 'prove' });
    expect([reader.startIfDue(1e9, 0), reader.start(1e9, 0), sampler.starts]).toEqual([false, false, 0]);
    expect(reader.unavailable).toBe('switched off (option profiler)');
  });
});

describe('a read', () => {
  it('is not due before the profiler was started', () => {
    const { isDue, reader } = setUp();
    expect(isDue({ units: 1e9 })).toBe(false);
    expect(reader.hindrance).toBeNull();
  });

  it('takes 2,000 units since the start, and says so until then', () => {
    const { reader, isDue } = setUp();
    reader.start(0, 500);
    expect([isDue({ units: 2499 }), reader.hindrance]).toEqual([false, 'too few units since the last read']);
    expect([isDue({ units: 2500 }), reader.hindrance]).toEqual([true, null]);
  });

  it('takes a trigger or ten minutes and 20,000 units at watch, both counted from the start', () => {
    const { reader, isDue } = setUp();
    reader.start(MINUTE, 500);
    const quiet = { triggered: false, nowMs: 11 * MINUTE, units: 20_500 };
    expect(isDue(quiet)).toBe(true);
    expect(isDue({ ...quiet, nowMs: 11 * MINUTE - 1 })).toBe(false);
    expect(isDue({ ...quiet, units: 20_499 })).toBe(false);
    expect(reader.hindrance).toBe('nothing suspect, heartbeat not due');
  });

  it('forces no GC in a heap above maxHeapForReads, nor where the pause would be above maxPause', () => {
    const { runtime, reader, isDue } = setUp({ maxHeapForReads: '100MB', maxPause: 100 });
    reader.start(0, 0);
    runtime.heapBytes = 100 * MB + 1;
    expect([isDue(), reader.hindrance]).toEqual([false, 'heap above maxHeapForReads']);
    runtime.heapBytes = 100 * MB;
    expect([isDue(), reader.hindrance]).toEqual([false, 'expected pause above maxPause']);
    runtime.heapBytes = 60 * MB;
    expect(isDue()).toBe(true);
  });

  it('is counted, whoever asked: the next one waits for a minute and for units', () => {
    const { sampler, reader, isDue, read } = setUp({ maxOverhead: 1 });
    reader.start(0, 0);
    expect(read(MINUTE, 1000)).not.toBeNull();
    expect([reader.reads, sampler.reads]).toEqual([1, 1]);
    const next = { nowMs: 2 * MINUTE, units: 3000 };
    expect(isDue({ ...next, nowMs: 2 * MINUTE - 1 })).toBe(false);
    expect(reader.hindrance).toBe('too soon after the last read');
    expect(isDue({ ...next, units: 2999 })).toBe(false);
    expect(isDue(next)).toBe(true);
  });

  it('has to be earned by the share that maxOverhead gives, with all that is charged until it is placed', () => {
    const earnedAfter = (seconds: number, charges: number[], options: GuardOptions = {}): boolean => {
      const { reader, isDue, read } = setUp(options);
      reader.start(0, 0);
      read(0);
      for (const ms of charges) reader.charge(ms);
      return isDue({ nowMs: seconds * 1000 });
    };
    expect([61, 59].map((seconds) => earnedAfter(seconds, [500]))).toEqual([true, false]);
    expect([200, 199].map((seconds) => earnedAfter(seconds, [1500, 500]))).toEqual([true, false]);
    expect([100, 99].map((seconds) => earnedAfter(seconds, [2000], { maxOverhead: 0.02 }))).toEqual([
      true,
      false,
    ]);
  });

  it('on demand, however dear, keeps the schedule waiting for two minutes at most', () => {
    const dueAfter = (seconds: number, isOnDemand: boolean): boolean => {
      const { reader, isDue } = setUp();
      reader.start(0, 0);
      reader.read({ nowMs: 0, units: 0, after: null, isOnDemand });
      reader.charge(60_000);
      return isDue({ nowMs: seconds * 1000 });
    };
    expect([dueAfter(119, true), dueAfter(120, true), dueAfter(120, false)]).toEqual([false, true, false]);
  });

  it('tells for how long the profiler had run, and what the read itself cost', () => {
    const { runtime, sampler, reader } = setUp();
    reader.start(5000, 0);
    const work = sampler.read.bind(sampler);
    sampler.read = (after) => {
      runtime.cpuMs += 30;
      runtime.nowMs += 25;
      return work(after);
    };
    const read = reader.read({ nowMs: 8000, units: 0, after: null, isOnDemand: true })!;
    expect(read).toMatchObject({ sampledMs: 3000, isOnDemand: true });
    expect(read.cost.costMs).toBeGreaterThan(30);
    expect(read.cost.pauseMs).toBe(25);
  });

  it('that stopped the program for long makes the next ones wait for a smaller heap', () => {
    const { runtime, sampler, reader, isDue, read } = setUp();
    reader.start(0, 0);
    sampler.pauseMs = 1000;
    for (let k = 1; k <= 3; k++) read(k * MINUTE);
    const later = { nowMs: 100 * MINUTE };
    expect([isDue(later), reader.hindrance]).toEqual([false, 'expected pause above maxPause']);
    runtime.heapBytes *= 0.3;
    expect(isDue(later)).toBe(true);
  });

  it('is null and counts for nothing once the profiler is found lost, for ever', () => {
    const { sampler, reader, isDue, read } = setUp();
    reader.start(0, 0);
    sampler.loss = 'another tool has taken it';
    expect(isDue()).toBe(true);
    expect([read(0), reader.reads, reader.isRunning]).toEqual([null, 0, false]);
    expect(reader.unavailable).toBe('another tool has taken it');
    sampler.loss = null;
    expect([isDue({ units: 1e9, nowMs: 1e9 }), read(1e9)]).toEqual([false, null]);
  });
});

describe('where reads force no GC', () => {
  function setUpWithoutGc(options: GuardOptions = {}) {
    const parts = setUp(options);
    parts.sampler.readsWithoutGc = true;
    parts.reader.start(0, 0);
    return { ...parts, after: parts.runtime.reading(false) };
  }

  it('a read waits for the next natural GC, which serves it', () => {
    const { isDue, read, after } = setUpWithoutGc();
    expect(isDue()).toBe(false);
    expect(isDue({ after })).toBe(true);
    expect(read(0, 0, after)?.reading.floor).toBe(after);
  });

  it('neither the size of the heap nor long pauses keep it from being read', () => {
    const { runtime, isDue, after } = setUpWithoutGc();
    runtime.heapBytes = 2 ** 32;
    expect(isDue({ after })).toBe(true);
  });

  it('its pause says nothing of forced ones', () => {
    const { runtime, sampler, isDue, read, after } = setUpWithoutGc();
    sampler.pauseMs = 700;
    for (let k = 1; k <= 3; k++) read(k * MINUTE, 0, after);
    sampler.readsWithoutGc = false;
    runtime.heapBytes = 20 * MB;
    expect(isDue({ nowMs: 60 * MINUTE })).toBe(true);
  });

  it('at prove it is read with forced GCs all the same', () => {
    const { sampler, isDue, read } = setUpWithoutGc({ level: 'prove' });
    expect(isDue({ pace: 'prove' })).toBe(true);
    expect(read(0)?.reading.floor.forced).toBe(true);
    expect(sampler.reads).toBe(1);
  });

  it('elsewhere a natural GC helps nothing: the heap has to be small enough for a forced one', () => {
    const { runtime, sampler, isDue, after } = setUpWithoutGc();
    sampler.readsWithoutGc = false;
    runtime.heapBytes = 2 ** 32;
    expect(isDue({ after })).toBe(false);
    runtime.heapBytes = 20 * MB;
    expect(isDue()).toBe(true);
  });
});
