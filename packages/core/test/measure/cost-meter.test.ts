import { describe, expect, it } from 'vitest';
import { CostMeter, timerCostMs } from '../../src/measure/cost-meter.ts';

const meter = (options = {}) => new CostMeter({ maxOverhead: 0.01, startCpuMs: 1000, ...options });

describe('CostMeter', () => {
  it('times one unit in 64, the first one included', () => {
    const cost = meter();
    const timed = Array.from({ length: 640 }, () => cost.shouldTime()).map((yes, i) => (yes ? i : -1));
    expect(timed.filter((i) => i >= 0)).toEqual([0, 64, 128, 192, 256, 320, 384, 448, 512, 576]);
  });

  it('scales timed units to all units, without the timer itself', () => {
    const cost = meter({ timerMs: 0.0001 });
    for (let i = 0; i < 100; i += 1) cost.addBoundary(0.0012);
    const overhead = cost.overhead(2000);
    expect(overhead.boundaryMicrosPerUnit).toBeCloseTo(1, 6);
    expect(overhead.ownCpuMs).toBeCloseTo(6.4, 6);
    expect(overhead.share).toBeCloseTo(0.0064, 6);
    expect(overhead).toMatchObject({ processCpuMs: 1000, timedOneIn: 64, canaryOneIn: 16, limited: false });
  });

  it('adds what was charged, each kind once', () => {
    const cost = meter();
    cost.charge(1);
    cost.charge(2);
    cost.charge(3);
    cost.charge(4);
    expect(cost.overhead(2000)).toMatchObject({ ownCpuMs: 10, share: 0.01, boundaryMicrosPerUnit: null });
  });

  it('does not take a preempted unit for its own work, nor a clock tick for negative work', () => {
    const cost = meter({ timerMs: 0.001 });
    cost.addBoundary(50);
    cost.addBoundary(0.0005);
    expect(cost.overhead(2000).ownCpuMs).toBeCloseTo(0.04 * 64, 6);
  });

  it('gives no share before the process has used any CPU, and never more than all of it', () => {
    const cost = meter();
    expect(cost.overhead(1000).share).toBe(0);
    cost.charge(500);
    expect(cost.overhead(1000).share).toBe(0);
    expect(cost.overhead(1100).share).toBe(1);
  });

  it('measures the clock itself, untouched by interruptions', () => {
    let nowMs = 0;
    let reads = 0;
    const clock = (): number => {
      reads += 1;
      nowMs += reads % 150 === 0 ? 100 : 0.5;
      return nowMs;
    };
    expect(timerCostMs(clock)).toBeCloseTo(0.5, 6);
  });
});

describe('CostMeter.govern', () => {
  /** Windows of one second of CPU in which the guard spent `shares` of it. */
  function run(cost: CostMeter, shares: number[], fromCpuMs = 1000): (number | null)[] {
    return shares.map((share, i) => {
      cost.charge(share * 1000);
      cost.govern(fromCpuMs + (i + 1) * 1000);
      return cost.canaryOneIn;
    });
  }

  it('lowers the sampling step by step while the guard is too dear, down to no canaries', () => {
    const cost = meter();
    expect(run(cost, [0.02, 0.02, 0.02, 0.02])).toEqual([64, 256, null, null]);
    expect(cost.limited).toBe(true);
    expect(cost.timedOneIn).toBe(1024);
    expect(cost.overhead(6000)).toMatchObject({ canaryOneIn: null, timedOneIn: 1024, limited: true });
  });

  it('raises it again after three calm windows in a row, one step at a time', () => {
    const cost = meter();
    expect(run(cost, [0.02, 0.02, 0.001, 0.001, 0.001, 0.001, 0.001, 0.001])).toEqual([
      64, 256, 256, 256, 64, 64, 64, 16,
    ]);
    expect(cost.limited).toBe(false);
  });

  it('stays where it is between half of the budget and all of it', () => {
    const cost = meter();
    expect(run(cost, [0.02, 0.007, 0.007, 0.007, 0.007, 0.007])).toEqual([64, 64, 64, 64, 64, 64]);
  });

  it('begins to count calm windows anew after one that was not', () => {
    const cost = meter();
    expect(run(cost, [0.02, 0.001, 0.001, 0.007, 0.001, 0.001, 0.001])).toEqual([64, 64, 64, 64, 64, 64, 16]);
  });

  it('looks at the recent window, not at the average since the start', () => {
    const cost = meter();
    run(
      cost,
      Array.from({ length: 100 }, () => 0),
    );
    expect(run(cost, [0.05], 101_000)).toEqual([64]);
    expect(cost.overhead(102_000).share).toBeLessThan(0.01);
  });

  it('does not judge a window with hardly any CPU in it', () => {
    const cost = meter();
    cost.charge(5);
    cost.govern(1100);
    expect(cost.limited).toBe(false);
    cost.govern(1300);
    expect(cost.limited).toBe(true);
  });

  it('shows forced GCs and does not limit anything for them where they are wanted', () => {
    const wanted = meter({ governForced: false });
    const unwanted = meter();
    for (const cost of [wanted, unwanted]) {
      cost.charge(200);
      cost.charge(100);
      cost.govern(2000);
      expect(cost.overhead(2000).share).toBeCloseTo(0.3, 6);
    }
    expect(wanted.limited).toBe(false);
    expect(unwanted.limited).toBe(true);
  });

  it('scales the units that it times less often by more', () => {
    const cost = meter();
    run(cost, [0.02]);
    const before = cost.overhead(3000).ownCpuMs;
    cost.addBoundary(0.001);
    expect(cost.overhead(3000).ownCpuMs - before).toBeCloseTo(0.256, 6);
  });
});
