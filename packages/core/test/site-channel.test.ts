import { describe, expect, it } from 'vitest';
import { growthThresholds } from '../src/decide/thresholds.ts';
import { guardOn } from '../src/guard.ts';
import type { AllocationReading, ProfiledFunction } from '../src/internal-types.ts';
import { ReadCost } from '../src/measure/read-cost.ts';
import { SiteChannel } from '../src/site-channel.ts';
import { FakeRuntime } from './fake-runtime.ts';

const MB = 1e6;
const ROUTES = 100;
const URL_OF_APP = 'file:///app/routes.js';

/** A runtime whose turns come when the test says so; it takes 4 ms to locate a handler. */
class TurnRuntime extends FakeRuntime {
  readonly turns: { run: () => void; isAwaited: boolean }[] = [];
  readonly inTurns: number[] = [];
  /** Passes at each look at the clock: more than ten milliseconds end a turn after one step. */
  lookMs = 0;
  #located = 0;

  override now(): number {
    this.nowMs += this.lookMs;
    return this.nowMs;
  }

  override nextTurn(run: () => void, isAwaited = false): void {
    this.turns.push({ run, isAwaited });
  }

  /** Does all turns; how many handlers were located in each is in `inTurns`. */
  go(turns = Number.POSITIVE_INFINITY): void {
    for (let turn = 0; turn < turns && this.turns.length > 0; turn++) {
      const before = this.#located;
      this.turns.shift()!.run();
      this.inTurns.push(this.#located - before);
    }
  }

  located(): void {
    this.#located += 1;
    this.nowMs += 4;
    this.cpuMs += 3;
  }
}

function handlerAt(route: number): ProfiledFunction {
  return { name: `route${route}`, scriptId: 9, url: URL_OF_APP, line: 10 * route, column: 5 };
}

function setUp() {
  const runtime = new TurnRuntime();
  const handlers = Array.from({ length: ROUTES }, () => () => undefined);
  for (const [route, handler] of handlers.entries()) runtime.sampler.located.set(handler, handlerAt(route));
  const locate = runtime.sampler.locate.bind(runtime.sampler);
  runtime.sampler.locate = (fn) => {
    runtime.located();
    return locate(fn);
  };
  const channel = new SiteChannel(
    growthThresholds({
      ...{ minBytesPerUnit: 128, minTotalBytes: MB, heapLimitBytes: 2000 * MB, prove: true },
    }),
    {
      runtime,
      contained: (work) => work(),
      nameOf: (slot) => `route ${slot}`,
      maxPauseMs: 300,
      files: { cwd: '/app', readSource: () => null, readMap: () => null, now: () => runtime.now() },
    },
  );
  const units = new Float64Array(ROUTES);
  const state = { units: 4000, ordinal: 0, samples: [] as AllocationReading['samples'][number][], placed: 0 };
  const counts = () => ({ units: units.slice(), totalUnits: state.units, inFlight: 0 });
  channel.start(counts(), 0);
  /** 3,000 more units, all of route 1, which leaks below its handler. */
  const read = ({ isOnDemand = false } = {}) => {
    units[1]! += 3000;
    state.units += 3000;
    for (let sample = 0; sample < 100; sample++)
      state.samples.push({ ordinal: ++state.ordinal, bytes: 65_536, stack: 0 });
    const reading: AllocationReading = {
      functions: [handlerAt(1)],
      stacks: [[0]],
      samples: [...state.samples],
      pauseMs: 20,
      floor: { ...runtime.reading(true), heapBytes: 20 * MB + state.samples.length * 65_536 },
    };
    const cost = new ReadCost(runtime);
    cost.noteRead({ forced: true, pauseMs: 20 });
    channel.push({ reading, cost, sampledMs: 1, isOnDemand }, counts(), state.units, () => {
      state.placed += 1;
    });
    return cost;
  };
  const offer = (route: number) => channel.handlers.offer(route, [handlers[route]!]);
  return { runtime, channel, state, handlers, read, offer };
}

const named = (growths: { source: number; ownSamples: number }[]) =>
  growths.map(({ source, ownSamples }) => [source - 2, ownSamples > 5]);

describe('a read of the profiler', () => {
  it('is placed in turns of some ten milliseconds, not in the one in which it was read', () => {
    const { runtime, read, offer, state } = setUp();
    for (let route = 0; route < ROUTES; route++) offer(route);
    read();
    expect(runtime.nowMs).toBe(0);
    runtime.go();
    expect(state.placed).toBe(1);
    expect(runtime.inTurns.reduce((sum, located) => sum + located, 0)).toBe(ROUTES);
    expect(Math.max(...runtime.inTurns)).toBe(3);
  });

  it('costs the CPU of its turns, and stops the program for the longest of them if that is longer than the read', () => {
    const { runtime, read, offer } = setUp();
    for (let route = 0; route < ROUTES; route++) offer(route);
    const before = read();
    const { costMs } = before;
    runtime.go();
    expect(before.costMs - costMs).toBe(3 * ROUTES);
    expect(before.pauseMs).toBe(20);
    const slow = setUp();
    slow.runtime.sampler.locate = () => {
      slow.runtime.nowMs += 70;
      return null;
    };
    slow.offer(1);
    const cost = slow.read();
    slow.runtime.go();
    expect(cost.pauseMs).toBe(70);
  });

  it('leaves what was known as it is until it is taken in', () => {
    const { runtime, channel, read, offer, state } = setUp();
    offer(1);
    for (let reads = 0; reads < 3; reads++) {
      read();
      runtime.go();
    }
    const growths = channel.growths(null);
    expect(named(growths)).toEqual([[1, true]]);
    read();
    runtime.go(0);
    expect(state.placed).toBe(3);
    expect(channel.growths(null)).toEqual(growths);
    runtime.go();
    expect(state.placed).toBe(4);
    expect(channel.growths(null)[0]!.samples).toBeGreaterThan(growths[0]!.samples);
  });

  it('says nothing of a scope that loses its slot while it is placed, whenever that is', () => {
    const setUpGrowing = () => {
      const setup = setUp();
      setup.offer(1);
      for (let reads = 0; reads < 3; reads++) {
        setup.read();
        setup.runtime.go();
      }
      setup.runtime.lookMs = 20;
      setup.read();
      return setup;
    };
    const { runtime, state } = setUpGrowing();
    let turns = 0;
    for (; state.placed < 4; turns++) runtime.go(1);
    expect(turns).toBeGreaterThan(8);
    for (let turn = 0; turn < turns; turn++) {
      const { runtime, channel } = setUpGrowing();
      expect(named(channel.growths(null))).toEqual([[1, true]]);
      runtime.go(turn);
      channel.forget(1);
      const during = named(channel.growths(null));
      runtime.go();
      for (const growths of [during, named(channel.growths(null))])
        expect(
          growths.map(([slot]) => slot),
          `turn ${turn}`,
        ).not.toContain(1);
    }
  });

  it('holds the process only where somebody waits for it', () => {
    const { runtime, read } = setUp();
    read();
    expect(runtime.turns.map(({ isAwaited }) => isAwaited)).toEqual([false]);
    runtime.go();
    read({ isOnDemand: true });
    expect(runtime.turns.map(({ isAwaited }) => isAwaited)).toEqual([true]);
  });

  it('is passed over where the guard is closed meanwhile, and whoever waits for it is told', () => {
    const { runtime, channel, read, state } = setUp();
    runtime.lookMs = 20;
    read();
    runtime.go(2);
    channel.stop();
    expect(state.placed).toBe(1);
    runtime.go();
    expect(state.placed).toBe(1);
    read();
    runtime.go();
    expect(state.placed).toBe(2);
    expect(channel.stacks()).toBeNull();
  });

  it('is the only one of the schedule on its way: on a busy program they would pile up, each held whole', () => {
    const runtime = new TurnRuntime();
    const guard = guardOn(runtime, { enabled: true, level: 'prove', control: false, logGrowth: false });
    const id = guard.scope('route', 'GET /a');
    const drive = (): void => {
      for (let unit = 0; unit < 1000; unit++) guard.begin().end(id);
      runtime.pass(1000);
    };
    for (let second = 0; second < 5; second++) drive();
    expect(runtime.sampler.reads).toBe(1);
    runtime.go();
    drive();
    expect(runtime.sampler.reads).toBe(2);
    return guard.close();
  });
});
