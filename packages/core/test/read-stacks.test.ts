import { expect, it } from 'vitest';
import { FrameMap } from '../src/frames/frame-map.ts';
import { ReadStacks } from '../src/read-stacks.ts';
import { FakeRuntime } from './fake-runtime.ts';
import { APP_FILES, appFunction, finished, OWN_FUNCTION, profileOf } from './sampled-functions.ts';

it('has the stacks of a read without those that leakguard allocated on, and samples that point at what is left', () => {
  const [users, orders] = [appFunction('users'), appFunction('orders')];
  const profile = profileOf([
    { frames: [users], ordinals: [1, 5] },
    { frames: [OWN_FUNCTION, users], ordinals: [2, 3] },
    { frames: [orders, users], ordinals: [4] },
  ]);
  const reading = { floor: new FakeRuntime().reading(true), pauseMs: 1, ...profile };
  const { stacks, samples } = finished(ReadStacks.taking(reading, new FrameMap(APP_FILES)));
  expect(stacks).toEqual([[users], [orders, users]]);
  expect(samples.map(({ ordinal, stack, bytes }) => [ordinal, stack, bytes])).toEqual([
    [1, 0, 65_536],
    [4, 1, 65_536],
    [5, 0, 65_536],
  ]);
});
