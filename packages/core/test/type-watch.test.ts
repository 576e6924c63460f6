import { expect, it } from 'vitest';
import { typeLimits } from '../src/decide/type-budget.ts';
import { TypeWatch } from '../src/type-watch.ts';
import { FakeRuntime } from './fake-runtime.ts';

const LIMITS = typeLimits({ maxPause: 300, maxHeapForReads: 512 * 2 ** 20 });

it('tells what every type gained since the call before', () => {
  const runtime = new FakeRuntime();
  const watch = new TypeWatch(runtime, LIMITS);
  runtime.types = new Map([['Job', 100]]);
  expect(watch.growth()).toEqual([{ type: 'Job', count: 100, delta: null }]);
  runtime.types = new Map([['Job', 350]]);
  expect(watch.growth()).toEqual([{ type: 'Job', count: 350, delta: 250 }]);
  expect(watch.pauseMs).toBe(100);
});

it('refuses with the figures, and goes on from the last count when there is room again', () => {
  const runtime = new FakeRuntime();
  const watch = new TypeWatch(runtime, { ...LIMITS, maxPauseMs: 1000 });
  runtime.types = new Map([['Job', 100]]);
  watch.growth();
  runtime.tallyMs = 900;
  watch.growth();
  runtime.heapBytes *= 2;
  expect(() => watch.growth()).toThrowError(
    expect.objectContaining({
      code: 'ERR_LEAKGUARD_BUDGET',
      message: expect.stringMatching(/about 1750 ms/),
    }),
  );
  runtime.heapBytes /= 2;
  runtime.types = new Map([['Job', 101]]);
  expect(watch.growth()).toEqual([{ type: 'Job', count: 101, delta: 1 }]);
});

it('expects the next pause by what was alive: garbage costs nothing to count', () => {
  const runtime = new FakeRuntime();
  const watch = new TypeWatch(runtime, { ...LIMITS, maxPauseMs: 2000 });
  const tally = runtime.tallyTypes.bind(runtime);
  const [full, alive] = [100 * 2 ** 20, 10 * 2 ** 20];
  runtime.tallyTypes = () => {
    runtime.heapBytes = alive;
    return tally();
  };
  runtime.heapBytes = full;
  watch.growth();
  runtime.heapBytes = full;
  expect(() => watch.growth()).not.toThrow();
  runtime.heapBytes = 4 * full;
  // 50 ms, and 40 times the 50 ms that a tenth of the first heap took.
  expect(() => watch.growth()).toThrowError(/about 2050 ms/);
});

it('expects no less where the heap grew while types were counted', () => {
  const runtime = new FakeRuntime();
  const watch = new TypeWatch(runtime, { ...LIMITS, maxPauseMs: 140 });
  const tally = runtime.tallyTypes.bind(runtime);
  runtime.heapBytes = 5 * 2 ** 20;
  runtime.tallyTypes = () => {
    runtime.heapBytes *= 2;
    return tally();
  };
  watch.growth();
  expect(() => watch.growth()).toThrowError(/about 150 ms/);
});

it('says no pause before the first call, and refuses that one where memory is short', () => {
  const runtime = new FakeRuntime();
  const watch = new TypeWatch(runtime, LIMITS);
  expect(watch.pauseMs).toBe(0);
  runtime.available = 2 ** 20;
  expect(() => watch.growth()).toThrowError(/are left may be used/);
  runtime.available = null;
  expect(() => watch.growth()).not.toThrow();
});
