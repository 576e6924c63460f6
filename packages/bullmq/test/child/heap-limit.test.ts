import { describe, expect, it } from 'vitest';
import { HeapLimit } from '../../src/child/heap-limit.ts';

/** A heap of garbage and of what is alive; a GC takes `pauseMs`. */
function heap({ live, garbage, pauseMs = 10 }: { live: number; garbage: number; pauseMs?: number }) {
  const state = { live, garbage, nowMs: 0, gcs: 0 };
  const gauge = {
    read: () => state.live + state.garbage,
    forceGc: () => {
      state.gcs += 1;
      state.garbage = 0;
      state.nowMs += pauseMs;
    },
    nowMs: () => state.nowMs,
  };
  return { state, gauge };
}

describe('the heap limit', () => {
  it('forces no GC below it', () => {
    const { state, gauge } = heap({ live: 50, garbage: 50 });
    expect(new HeapLimit(100, gauge).bytesAbove()).toBeNull();
    expect(state.gcs).toBe(0);
  });

  it('is not reached by garbage', () => {
    const { state, gauge } = heap({ live: 50, garbage: 80 });
    expect(new HeapLimit(100, gauge).bytesAbove()).toBeNull();
    expect(state.gcs).toBe(1);
  });

  it('is reached by what is alive after a GC', () => {
    const { gauge } = heap({ live: 120, garbage: 80 });
    expect(new HeapLimit(100, gauge).bytesAbove()).toBe(120);
  });

  it('forces GCs for a twentieth of the time at most, however often garbage comes near it', () => {
    const { state, gauge } = heap({ live: 99, garbage: 0 });
    const limit = new HeapLimit(100, gauge);
    for (let job = 0; job < 10_000; job++) {
      state.garbage += 10;
      state.nowMs += 1;
      limit.bytesAbove();
    }
    expect(state.gcs * 10).toBeLessThanOrEqual(state.nowMs / 20 + 10);
    expect(state.gcs).toBeGreaterThan(10);
  });

  it('measures a fresh isolate without garbage where that would make it look too big', () => {
    expect(new HeapLimit(100, heap({ live: 60, garbage: 10 }).gauge).baselineBytes()).toBe(70);
    expect(new HeapLimit(100, heap({ live: 60, garbage: 90 }).gauge).baselineBytes()).toBe(60);
    expect(new HeapLimit(100, heap({ live: 160, garbage: 90 }).gauge).baselineBytes()).toBe(160);
  });

  it('tells what an isolate holds at last without garbage if it was above, and forces no GC else', () => {
    const { state, gauge } = heap({ live: 80, garbage: 10 });
    const limit = new HeapLimit(100, gauge);
    expect(limit.lastBytes()).toBe(90);
    expect(state.gcs).toBe(0);
    state.live = 120;
    limit.bytesAbove();
    state.garbage = 50;
    expect(limit.lastBytes()).toBe(120);
  });

  it('reads and forces the heap of this process', () => {
    const limit = new HeapLimit(1);
    expect(limit.bytesAbove()).toBeGreaterThan(1_000_000);
    expect(globalThis).not.toHaveProperty('gc');
  });
});
