import { describe, expect, it } from 'vitest';
import { ActiveClock, TICK_MS } from '../../src/measure/active-clock.ts';

const HOUR_MS = 3_600_000;

/** A clock on times in the test's hand; `run` lets the program run with its ticks, `stop` stops it. */
function clockAt(nowMs = 500) {
  const process = { nowMs, cpuMs: 0 };
  const clock = new ActiveClock({ now: () => process.nowMs, processCpuMs: () => process.cpuMs });
  const run = (ticks: number): void => {
    for (let n = 0; n < ticks; n++) {
      process.nowMs += TICK_MS;
      clock.tick();
    }
  };
  const stop = (ms: number, cpuMs = 0): void => {
    process.nowMs += ms;
    process.cpuMs += cpuMs;
  };
  return { process, clock, run, stop };
}

describe('the active clock', () => {
  it('is the monotonic clock while nothing stops the process', () => {
    const { process, clock, run } = clockAt();
    run(100);
    expect(clock.now()).toBe(process.nowMs);
    expect(clock.at(70_000)).toBe(70_000);
  });

  it('leaves a stop out, all but half a tick, whoever looks first afterwards', () => {
    for (const lookFirst of [(clock: ActiveClock) => clock.now(), (clock: ActiveClock) => clock.tick()]) {
      const { clock, run, stop } = clockAt();
      run(10);
      const before = clock.now();
      stop(HOUR_MS);
      lookFirst(clock);
      expect(clock.now() - before).toBe(TICK_MS / 2);
      run(5);
      expect(clock.now() - before).toBe(5.5 * TICK_MS);
    }
  });

  it('counts every one of many stops', () => {
    const { clock, run, stop } = clockAt();
    const before = clock.now();
    for (let n = 0; n < 20; n++) {
      run(3);
      stop(HOUR_MS);
      clock.tick();
    }
    expect(clock.now() - before).toBe(20 * 3.5 * TICK_MS);
  });

  it('counts a late timer as activity: up to three ticks are no stop', () => {
    const { clock, run, stop } = clockAt();
    run(2);
    const before = clock.now();
    stop(3 * TICK_MS);
    expect(clock.now() - before).toBe(3 * TICK_MS);
    clock.tick();
    stop(3 * TICK_MS + 1);
    expect(clock.now() - before).toBe(3.5 * TICK_MS);
  });

  it('counts an event loop that computes for minutes as active, by the CPU time used', () => {
    const { clock, run, stop } = clockAt();
    run(2);
    const before = clock.now();
    stop(180_000, 175_000);
    expect(clock.now() - before).toBe(175_000);
  });

  it('never counts more than has passed, however many threads computed', () => {
    const { clock, stop } = clockAt();
    const before = clock.now();
    stop(10_000, 40_000);
    expect(clock.now() - before).toBe(10_000);
  });

  it('places moments before, in and after a stop in their order', () => {
    const { process, clock, run, stop } = clockAt(0);
    run(10);
    stop(HOUR_MS);
    const end = process.nowMs;
    const moments = [9000, 10_000, 10_400, 11_000, 12_000, end - 1, end, end + 5].map((ms) => clock.at(ms));
    expect(moments).toEqual([9000, 10_000, 10_400, 10_500, 10_500, 10_500, 10_500, 10_505]);
  });

  it('does not go back where the monotonic clock does, as in a restored machine', () => {
    const { process, clock, run } = clockAt(HOUR_MS);
    run(10);
    const before = clock.now();
    process.nowMs = 5;
    expect(clock.now()).toBe(before);
    run(3);
    expect(clock.now()).toBe(before + 3 * TICK_MS);
  });
});
