import { expect, it } from 'vitest';
import { UnitDelta } from '../../src/measure/unit-delta.ts';

it('a spike that waits for its GCs is dropped when its slot goes to another scope', () => {
  let heapUsedBytes = 0;
  const deltas = new UnitDelta({
    thresholdBytes: 1000,
    intervalMs: 60_000,
    oneIn: () => 1,
    now: () => 0,
    random: () => 0.5,
    heapUsedBytes: () => heapUsedBytes,
    onCost: () => undefined,
  });
  const spike = (): boolean => {
    const isRead = deltas.begin();
    heapUsedBytes += 5000;
    return isRead && deltas.end(3);
  };
  expect(spike()).toBe(true);
  deltas.forget(3);
  expect(deltas.settle()).toBeNull();
  expect(spike()).toBe(true);
  deltas.forget(4);
  expect(deltas.settle()).toMatchObject({ slot: 3, bytes: 5000 });
});
