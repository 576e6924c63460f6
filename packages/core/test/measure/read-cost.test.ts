import { describe, expect, it } from 'vitest';
import { guardOn } from '../../src/guard.ts';
import { AFTER_FORCED_GC_MS, AFTER_READ_MS, ReadCost } from '../../src/measure/read-cost.ts';
import { formatSnapshot } from '../../src/report/allocation-text.ts';
import { FakeRuntime } from '../fake-runtime.ts';

const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** A read whose turns take what the test says. */
function setUp() {
  const runtime = new FakeRuntime();
  const cost = new ReadCost(runtime);
  const turn = (cpuMs: number, ms: number): void =>
    cost.turn(() => {
      runtime.cpuMs += cpuMs;
      runtime.nowMs += ms;
    });
  return { runtime, cost, turn };
}

describe('what a read costs', () => {
  it('is the CPU of its turns, and what a forced GC costs the program after it', () => {
    const { runtime, cost, turn } = setUp();
    turn(40, 25);
    cost.noteRead({ forced: true, pauseMs: 25 });
    runtime.cpuMs += 1000;
    turn(7, 9);
    expect(cost.costMs).toBe(47 + AFTER_FORCED_GC_MS);
  });

  it('is little more than its own CPU where it forced no GC', () => {
    const { cost, turn } = setUp();
    turn(3, 3);
    cost.noteRead({ forced: false, pauseMs: 3 });
    expect(cost.costMs).toBe(3 + AFTER_READ_MS);
  });

  it('stops the program for as long as its longest turn, the read being one of them', () => {
    const { runtime, cost, turn } = setUp();
    turn(40, 25);
    expect(cost.pauseMs).toBe(25);
    runtime.nowMs += 1000;
    turn(9, 12);
    expect(cost.pauseMs).toBe(25);
    turn(9, 31);
    expect(cost.pauseMs).toBe(31);
  });

  it('has a turn in it that threw', () => {
    const { runtime, cost } = setUp();
    const broken = () => {
      runtime.cpuMs += 5;
      throw new Error('no source');
    };
    expect(() => cost.turn(broken)).toThrow('no source');
    expect(cost.costMs).toBe(5);
  });

  it('is charged once, in parts as it comes', () => {
    const { cost, turn } = setUp();
    turn(40, 25);
    cost.noteRead({ forced: true, pauseMs: 25 });
    expect(cost.takeUncharged()).toBe(40 + AFTER_FORCED_GC_MS);
    turn(7, 9);
    expect(cost.takeUncharged()).toBe(7);
    expect(cost.takeUncharged()).toBe(0);
  });
});

describe('the cost of a read in a guard', () => {
  it('is in the snapshot and in the overhead, the turns that place it included', async () => {
    const runtime = new FakeRuntime();
    const guard = guardOn(runtime, { enabled: true, logGrowth: false, control: false, logger: SILENT });
    await using _ = guard;
    runtime.sampler.pauseMs = 33;
    const read = runtime.sampler.read.bind(runtime.sampler);
    runtime.sampler.read = (after) => {
      runtime.cpuMs += 60;
      return read(after);
    };
    const before = guard.report().overhead.ownCpuMs;
    const snapshot = await guard.takeSnapshot();
    expect(snapshot.costMs).toBe(60 + AFTER_FORCED_GC_MS);
    expect(snapshot.pauseMs).toBe(33);
    expect(guard.report().overhead.ownCpuMs - before).toBeCloseTo(60 + AFTER_FORCED_GC_MS, 6);
  });

  it('tells how long the profiler had run, of the first snapshot that it was started for it', async () => {
    const runtime = new FakeRuntime();
    const guard = guardOn(runtime, { enabled: true, logGrowth: false, control: false, logger: SILENT });
    await using _ = guard;
    const first = await guard.takeSnapshot();
    expect(first.data).toMatchObject({ stacks: [], unavailable: null, sampledMs: 0 });
    expect(formatSnapshot(first)).toContain('no sample alive: this snapshot started the profiler');
    runtime.pass(5000);
    const second = await guard.takeSnapshot();
    expect(second.data.sampledMs).toBe(5000);
    expect(formatSnapshot(second)).toContain('has allocated little since its profiler started');
  });
});
