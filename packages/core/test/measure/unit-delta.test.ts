import { describe, expect, it } from 'vitest';
import { UnitDelta } from '../../src/measure/unit-delta.ts';

const MB = 1024 * 1024;

/** Unit deltas on a clock and a heap in the test's hand. */
function unitDelta(oneIn = 64) {
  const state = { nowMs: 1000, heap: 50 * MB, reads: 0, costMs: 0, readMs: 0 };
  const deltas = new UnitDelta({
    thresholdBytes: MB,
    intervalMs: 60_000,
    oneIn: () => oneIn,
    now: () => state.nowMs,
    random: () => 0.5,
    heapUsedBytes: () => {
      state.reads += 1;
      state.nowMs += state.readMs;
      return state.heap;
    },
    onCost: (ms) => {
      state.costMs += ms;
    },
  });
  /** A unit of `ms` that allocates so many bytes; true if its delta waits for its GCs. */
  const run = (scope: number, bytes: number, ms = 10): boolean => {
    if (!deltas.begin()) return false;
    state.nowMs += ms;
    state.heap += bytes;
    return deltas.end(scope);
  };
  return { state, deltas, run };
}

describe('UnitDelta', () => {
  it('tells what a unit allocated from the threshold on', () => {
    const { deltas, run } = unitDelta();
    expect(run(0, MB - 1)).toBe(false);
    expect(deltas.settle()).toBeNull();
    expect(run(0, MB)).toBe(true);
    expect(deltas.settle()).toEqual({ slot: 0, bytes: MB, suppressed: 0 });
    expect(deltas.settle()).toBeNull();
  });

  it('says nothing when a GC fell inside, however late it becomes known', () => {
    const { deltas, run } = unitDelta();
    run(0, 2 * MB); // from 1000 to 1010
    deltas.gc(1010, 1012);
    expect(deltas.settle()).toBeNull();
    run(0, 2 * MB); // from 1010 to 1020
    deltas.gc(1009, 1010);
    expect(deltas.settle()).toBeNull();
    run(0, 2 * MB); // from 1020 to 1030
    deltas.gc(1000, 1019);
    deltas.gc(1031, 1032);
    expect(deltas.settle()).toMatchObject({ slot: 0 });
  });

  it('says nothing when a GC became known while the unit still ran', () => {
    const { state, deltas } = unitDelta();
    deltas.begin();
    deltas.gc(1001, 1002);
    state.heap += 5 * MB;
    expect(deltas.end(0)).toBe(false);
  });

  it('reads no other unit until the GCs of a large delta are known, not even if one fell inside', () => {
    const { deltas, run, state } = unitDelta();
    run(0, 2 * MB);
    deltas.gc(1005, 1006);
    const { reads } = state;
    expect(deltas.begin()).toBe(false);
    expect(state.reads).toBe(reads);
    deltas.settle();
    expect(deltas.begin()).toBe(true);
  });

  it('tells one spike per scope and interval and counts the rest', () => {
    const { state, deltas, run } = unitDelta(1);
    const spike = (scope: number) => {
      run(scope, 2 * MB);
      return deltas.settle();
    };
    expect(spike(0)).toMatchObject({ slot: 0, suppressed: 0 });
    expect([spike(0), spike(0)]).toEqual([null, null]);
    expect(spike(1)).toMatchObject({ slot: 1, suppressed: 0 });
    state.nowMs += 60_000;
    expect(spike(0)).toMatchObject({ slot: 0, suppressed: 2 });
    state.nowMs += 60_000;
    expect(spike(0)).toMatchObject({ slot: 0, suppressed: 0 });
  });

  it('reads sixteen units of each interval and then about one in so many', () => {
    const { state, deltas, run } = unitDelta(64);
    for (let n = 0; n < 16; n++) run(0, 0);
    expect(state.reads).toBe(32);
    for (let n = 0; n < 6400; n++) run(0, 0);
    expect(state.reads - 32).toBeGreaterThan(2 * 90);
    expect(state.reads - 32).toBeLessThan(2 * 110);
    const { reads } = state;
    deltas.nextInterval();
    for (let n = 0; n < 16; n++) run(0, 0);
    expect(state.reads - reads).toBe(32);
  });

  it('charges its reads, an interrupted one by no more than a read can cost', () => {
    const { state, run } = unitDelta();
    state.readMs = 0.002;
    run(0, 0);
    expect(state.costMs).toBeCloseTo(0.004, 6);
    state.readMs = 30;
    run(0, 0);
    expect(state.costMs).toBeCloseTo(0.104, 6);
  });
});
