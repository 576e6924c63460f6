import type { FloorReading } from '@leakguard/core/isolate';
import { describe, expect, it } from 'vitest';
import { type MeterHost, meterOn } from '../../src/measure/isolate-meter.ts';
import type { MeterMessage } from '../../src/measure/measure-messages.ts';
import type { FloorWish } from '../../src/measure/wishes.ts';
import { FakeProfiler } from './fake-profiler.ts';

const processor = (): undefined => undefined;

/** An isolate in the test's hand. */
class FakeIsolate implements MeterHost {
  heapBytes = 8e6;
  pauseMs = 5;
  busy = 0;
  idle = 0;
  canForce = true;
  /** Added to the next floor only. */
  litterBytes: number[] = [];
  forced = 0;
  readonly sent: MeterMessage[] = [];
  naturalGc = (): void => undefined;
  wish = (_wish: FloorWish): void => undefined;
  #soon: (() => void)[] = [];

  readonly profiler = new FakeProfiler();
  readonly runtime: MeterHost['runtime'] = {
    sampler: this.profiler,
    now: () => this.busy + this.idle,
    canForceGc: () => this.canForce,
    forceGc: () => {
      this.forced += 1;
      return this.canForce ? this.#reading(true) : null;
    },
    watchMajorGcs: (onFloor, onMajorGc) => {
      this.naturalGc = () => {
        onMajorGc();
        onFloor(this.#reading(false));
      };
      return () => undefined;
    },
  };

  busyMs(): number {
    return this.busy;
  }

  soon(run: () => void): void {
    this.#soon.push(run);
  }

  onWish(run: (wish: FloorWish) => void): void {
    this.wish = run;
  }

  meter(options: Record<string, unknown> = {}) {
    return meterOn(this, (message) => this.sent.push(message), options, processor);
  }

  turn(): void {
    for (const run of this.#soon.splice(0)) run();
  }

  /** Jobs one after the other, each busy for `ms`; between two of them a turn of the event loop. */
  run(
    meter: ReturnType<FakeIsolate['meter']>,
    jobs: number,
    { ms = 20, bytes = 0, idle = 0, name = 'a' } = {},
  ): void {
    for (let job = 0; job < jobs; job++) {
      meter.jobBegan(name);
      this.busy += ms;
      this.idle += idle;
      this.heapBytes += bytes;
      meter.jobEnded(name);
      this.turn();
    }
  }

  get ages(): number[] {
    return this.sent.flatMap((message) =>
      message.type === 'floor' ? [message.counts.reduce((sum, [, jobs]) => sum + jobs, 0)] : [],
    );
  }

  #reading(forced: boolean): FloorReading {
    const heapBytes = this.heapBytes + (this.litterBytes.shift() ?? 0);
    const bytes = { heapBytes, oldSpaceBytes: heapBytes, externalBytes: 0, arrayBuffersBytes: 0 };
    return { timeMs: this.busy, ...bytes, forced, pauseMs: this.pauseMs };
  }
}

describe('meterIsolate', () => {
  it('forces floors between jobs: after the first few, then ever further apart, and when the isolate retires', () => {
    const isolate = new FakeIsolate();
    const meter = isolate.meter();
    isolate.run(meter, 500, { ms: 100 });
    void meter.retire();
    expect(isolate.ages).toEqual([5, 25, 45, 65, 85, 106, 133, 166, 208, 260, 325, 406, 500]);
    expect(isolate.sent.at(-1)).toMatchObject({ counts: [['a', 500]], reading: { forced: true } });
  });

  it('stays within 1 % of the time in which the isolate was busy, but for its first floor and its last', () => {
    const isolate = new FakeIsolate();
    const meter = isolate.meter();
    isolate.run(meter, 2000, { ms: 2 });
    expect(isolate.ages.length).toBeGreaterThan(2);
    expect(isolate.ages.length * 10).toBeLessThanOrEqual(0.01 * 4000 + 10);
    const spared = new FakeIsolate();
    const short = spared.meter({ maxOverhead: 0.0001 });
    spared.run(short, 300, { ms: 1 });
    void short.retire();
    expect(spared.ages).toEqual([5, 300]);
  });

  it('forces nothing while a job runs', () => {
    const isolate = new FakeIsolate();
    const meter = isolate.meter();
    for (let job = 0; job < 60; job++) {
      meter.jobBegan('a');
      isolate.busy += 100;
      meter.jobEnded('a');
      // The next job has begun before the event loop turns.
      meter.jobBegan('a');
      isolate.turn();
      expect(isolate.forced).toBe(0);
      meter.jobEnded('a');
    }
  });

  it('takes floors every 25 jobs while its own natural floors rise, and while its parent wishes so', () => {
    const spacings = (isolate: FakeIsolate): number[] =>
      isolate.ages.slice(1).map((age, k) => age - isolate.ages[k]!);
    const isolate = new FakeIsolate();
    const meter = isolate.meter();
    isolate.run(meter, 1000, { ms: 200 });
    expect(spacings(isolate).at(-1)).toBeGreaterThan(150);
    isolate.heapBytes += 3e6;
    for (let gc = 0; gc < 3; gc++) isolate.naturalGc();
    const before = isolate.ages.length;
    isolate.run(meter, 25, { ms: 200 });
    expect(isolate.ages.length).toBe(before + 1);
    isolate.wish({ closer: true, inBudget: true });
    isolate.run(meter, 200, { ms: 200 });
    expect(spacings(isolate).slice(-6)).toEqual([25, 25, 25, 25, 25, 25]);
    isolate.wish({ closer: false, inBudget: true });
    isolate.run(meter, 200, { ms: 200 });
    expect(isolate.ages.length).toBeLessThan(before + 12);
  });

  it('takes floors every 25 jobs at prove, for up to a fifth of wall time, as the guard itself does', () => {
    const isolate = new FakeIsolate();
    isolate.run(isolate.meter({ level: 'prove' }), 105, { ms: 1, idle: 4 });
    expect(isolate.ages).toEqual([5, 30, 55, 80, 105]);
    const slow = new FakeIsolate();
    slow.pauseMs = 20;
    slow.run(slow.meter({ level: 'prove' }), 1000, { ms: 1, idle: 1 });
    expect((slow.ages.length - 1) * 40).toBeLessThanOrEqual(0.2 * 2000);
    expect(slow.ages.length).toBeGreaterThan(7);
  });

  it('saves up no more than ten pauses: after a quiet night it does not stop between every few jobs', () => {
    const isolate = new FakeIsolate();
    const meter = isolate.meter({ level: 'prove' });
    isolate.run(meter, 5);
    isolate.idle += 3_600_000;
    isolate.run(meter, 2500, { ms: 0.1 });
    expect(isolate.ages.length).toBeLessThan(20);
  });

  describe('where cheap jobs keep so much that the heap would be full before the budget has room', () => {
    const fast = { ms: 0.7, idle: 0.5, bytes: 66_000 };
    const fake = (): FakeIsolate => {
      const isolate = new FakeIsolate();
      isolate.pauseMs = 40;
      return isolate;
    };
    const began = (isolate: FakeIsolate, meter: ReturnType<FakeIsolate['meter']>): void => {
      isolate.run(meter, 160, fast);
      isolate.naturalGc();
    };

    it('takes a floor for every eighth by which live memory has risen', () => {
      const isolate = fake();
      const meter = isolate.meter();
      began(isolate, meter);
      isolate.run(meter, 2500, fast);
      const beyond = isolate.sent.filter((message) => message.type === 'floor' && message.beyondBudget);
      expect(beyond.length).toBeGreaterThan(12);
      const heaps = beyond.map((message) => (message.type === 'floor' ? message.reading.heapBytes : 0));
      for (const [k, heap] of heaps.slice(1).entries())
        expect(heap - heaps[k]!).toBeGreaterThanOrEqual(Math.max(4 * 2 ** 20, heaps[k]! / 8));
    });

    it('takes none once its parent has named somebody, or has enough of them', () => {
      const isolate = fake();
      const meter = isolate.meter();
      isolate.run(meter, 5, fast);
      isolate.wish({ closer: false, inBudget: true });
      isolate.run(meter, 160, fast);
      isolate.naturalGc();
      isolate.run(meter, 2000, fast);
      expect(isolate.ages).toEqual([5]);
    });

    it('takes one where memory rose once and stays, and no other for a minute', () => {
      const isolate = fake();
      const meter = isolate.meter();
      isolate.run(meter, 150, { ...fast, bytes: 0 });
      for (let gc = 0; gc < 5; gc++) {
        // What natural floors hold of a job in flight.
        isolate.litterBytes = [3e7];
        isolate.naturalGc();
        isolate.run(meter, 1000, { ...fast, bytes: 0 });
      }
      expect(isolate.sent.filter((message) => message.type === 'floor' && message.beyondBudget).length).toBe(
        1,
      );
    });

    it('never stops for longer than all else takes, and for less where less overhead is allowed', () => {
      for (const [maxOverhead, share] of [
        [0.01, 0.5],
        [0.001, 0.05],
      ] as const) {
        const isolate = fake();
        const meter = isolate.meter({ maxOverhead });
        began(isolate, meter);
        isolate.pauseMs = 400;
        isolate.run(meter, 20_000, fast);
        const beyond = isolate.sent.filter((message) => message.type === 'floor' && message.beyondBudget);
        expect(beyond.length).toBeGreaterThan(0);
        expect(beyond.length * isolate.pauseMs).toBeLessThanOrEqual(share * (isolate.busy + isolate.idle));
      }
    });
  });

  it('takes the lower of two forced GCs: one may count what is dead', () => {
    const isolate = new FakeIsolate();
    isolate.litterBytes = [0, 150_000, 240_000, 0];
    isolate.run(isolate.meter({ level: 'prove' }), 30);
    const heaps = isolate.sent.map((message) => (message.type === 'floor' ? message.reading.heapBytes : 0));
    expect(heaps).toEqual([8e6, 8e6]);
    expect(isolate.sent[0]).toMatchObject({ reading: { pauseMs: 10 } });
  });

  it('makes do with the least of three natural floors where no GC can be forced, and says so once', () => {
    const isolate = new FakeIsolate();
    isolate.canForce = false;
    const meter = isolate.meter();
    isolate.litterBytes = [9e6, 1e6, 4e6];
    for (let gc = 0; gc < 3; gc++) {
      isolate.run(meter, 10);
      isolate.naturalGc();
    }
    void meter.retire();
    const [lacks, floor, ...rest] = isolate.sent;
    expect(lacks).toMatchObject({ type: 'lacks', reason: expect.stringContaining('--expose-gc') });
    expect(floor).toMatchObject({ type: 'floor', counts: [['a', 20]], reading: { heapBytes: 9e6 } });
    expect(rest).toEqual([]);
  });

  it('sends who allocated what stays with its last floor, and that its reads have moved the floors after them', () => {
    const isolate = new FakeIsolate();
    const meter = isolate.meter({ level: 'prove' });
    isolate.run(meter, 1000, { ms: 100 });
    void meter.retire();
    const floors = isolate.sent.filter((message) => message.type === 'floor');
    const told = floors.flatMap(({ survivors }, at) => (survivors ? [at] : []));
    expect(told.map((at) => isolate.ages[at])).toEqual([205, 430, 880, 1000]);
    const moved = floors.flatMap(({ disturbed }, at) => (disturbed ? [at] : []));
    expect(moved).toEqual(told.slice(0, -1).map((at) => at + 1));
    expect(floors.at(-1)).toMatchObject({ survivors: { bytes: 5000 }, reading: { forced: true } });
  });

  it('runs the profiler at other levels only while its parent has a suspect, and pays for reads from the budget', () => {
    const isolate = new FakeIsolate();
    const meter = isolate.meter();
    isolate.run(meter, 500, { ms: 100 });
    expect(isolate.profiler.starts).toEqual([]);
    isolate.wish({ closer: true, inBudget: false });
    isolate.wish({ closer: true, inBudget: true });
    isolate.run(meter, 500, { ms: 100 });
    expect([isolate.profiler.starts, isolate.profiler.reads]).toEqual([[65_536], 1]);
    isolate.profiler.pauseMs = 3000;
    isolate.run(meter, 1500, { ms: 100 });
    const before = isolate.sent.length;
    isolate.run(meter, 1000, { ms: 100 });
    expect(isolate.sent.length - before).toBeLessThan(10);
    isolate.wish({ closer: false, inBudget: true });
    expect(isolate.profiler.isRunning).toBe(false);
    const { reads } = isolate.profiler;
    isolate.run(meter, 3000, { ms: 100 });
    void meter.retire();
    expect(isolate.profiler.reads).toBe(reads);
  });

  it('bounds the names that it tells apart', () => {
    const isolate = new FakeIsolate();
    const meter = isolate.meter({ maxScopes: 3 });
    for (let n = 0; n < 10; n++) isolate.run(meter, 1, { name: `name ${n}` });
    isolate.run(meter, 1, { name: 'x'.repeat(5000) });
    void meter.retire();
    const last = isolate.sent.at(-1)!;
    expect(last.type === 'floor' && last.counts.map(([name]) => name)).toEqual([
      'name 0',
      'name 1',
      'name 2',
      '(other)',
    ]);
    expect(isolate.ages.at(-1)).toBe(11);
  });

  it('takes options that are nonsense for missing', () => {
    const isolate = new FakeIsolate();
    isolate.run(isolate.meter({ maxOverhead: 'all', minTotalBytes: {}, maxScopes: -1, level: 7 }), 30, {
      ms: 100,
    });
    expect(isolate.ages).toEqual([5, 25]);
  });
});
