import type { GCProfilerResult } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { GcProfile } from '../../src/measure/gc-profile.ts';
import { processRuntime } from '../../src/measure/process-runtime.ts';
import { allocateUntil } from './gc-turns.ts';

/** A profiler that only counts who runs, and gives the rows laid out for it. */
function recorded() {
  const log = { running: 0, started: 0, rows: [] as { gcType: string; heapBytes: number }[] };
  const Profiler = class {
    start(): void {
      log.running += 1;
      log.started += 1;
    }
    stop(): GCProfilerResult {
      log.running -= 1;
      return { statistics: log.rows.splice(0).map(row) } as unknown as GCProfilerResult;
    }
  };
  return { log, Profiler };
}

function row({ gcType, heapBytes }: { gcType: string; heapBytes: number }) {
  const heapSpaceStatistics = [{ spaceName: 'old_space', spaceUsedSize: heapBytes / 2 }];
  return { gcType, afterGC: { heapStatistics: { usedHeapSize: heapBytes }, heapSpaceStatistics } };
}

const major = (heapBytes: number) => ({ gcType: 'MarkSweepCompact', heapBytes });

describe('GcProfile', () => {
  it('gives the rows of one run to its major GCs in order, each once', () => {
    const { log, Profiler } = recorded();
    let timeMs = 0;
    const profile = new GcProfile(Profiler, () => timeMs);
    profile.arm();
    log.rows = [
      { gcType: 'Scavenge', heapBytes: 9 },
      { gcType: 'IncrementalMarking', heapBytes: 9 },
      major(2),
      major(4),
    ];
    timeMs = 10;
    profile.collect();
    expect(profile.take(5)).toEqual({ heapBytes: 2, oldSpaceBytes: 1 });
    expect(profile.take(8)).toEqual({ heapBytes: 4, oldSpaceBytes: 2 });
    expect(profile.take(9)).toBeNull();
  });

  it('keeps the row of a GC whose entry comes after the next restart', () => {
    const { log, Profiler } = recorded();
    let timeMs = 0;
    const profile = new GcProfile(Profiler, () => timeMs);
    profile.arm();
    log.rows = [major(2)];
    timeMs = 10;
    profile.collect();
    profile.arm();
    log.rows = [major(4)];
    timeMs = 20;
    profile.collect();
    expect(profile.take(5)?.heapBytes).toBe(2);
    expect(profile.take(15)?.heapBytes).toBe(4);
  });

  it('gives no row to a GC that ended outside of every run', () => {
    const { log, Profiler } = recorded();
    let timeMs = 0;
    const profile = new GcProfile(Profiler, () => timeMs);
    profile.arm();
    log.rows = [major(2)];
    timeMs = 10;
    profile.collect();
    expect(profile.take(11)).toBeNull();
  });
});

describe('the profiler behind a watcher', () => {
  it('runs only while a major GC is being marked', async () => {
    const { log, Profiler } = recorded();
    let majors = 0;
    const runningAtMajors: number[] = [];
    const stop = processRuntime({ Profiler }).watchMajorGcs(
      () => undefined,
      () => {
        majors += 1;
        runningAtMajors.push(log.running);
      },
    );
    expect(log.running).toBe(0);
    expect(await allocateUntil(() => majors >= 2 && log.started >= 1)).toBe(true);
    expect(runningAtMajors.every((running) => running === 0)).toBe(true);
    stop();
    stop();
    expect(log.running).toBe(0);
  });
});
