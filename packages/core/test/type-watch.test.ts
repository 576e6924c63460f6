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
