import { describe, expect, it } from 'vitest';
import { GainedPools } from '../../src/attribute/gained-pools.ts';
import { NetAmounts } from '../../src/attribute/net-amounts.ts';
import type { Survivor } from '../../src/attribute/survival-read.ts';

const sample = (slots: number[], bytes: number, ordinal = 1): Survivor => ({
  ...{ slots, bytes, ordinal, site: 1, alive: true },
});

describe('the net amounts of scopes', () => {
  const gained = [sample([1], 100), sample([1], 50), sample([1, 2], 30), sample([], 7)];
  const net = new NetAmounts({ gained, died: [sample([1], 20), sample([2, 1], 10)] });

  it('are what samples of one scope alone gained less what died of them', () => {
    expect(net.own(1)).toEqual({ bytes: 130, variance: 100 ** 2 + 50 ** 2 + 20 ** 2, gained: 2 });
    expect(net.own(2)).toEqual({ bytes: 0, variance: 0, gained: 0 });
  });

  it('tell what may be one of several scopes apart, and both together', () => {
    expect(net.sets(2)).toEqual({ bytes: 20, variance: 30 ** 2 + 10 ** 2, gained: 1 });
    expect(net.possible(1)).toEqual({
      bytes: 150,
      variance: 100 ** 2 + 50 ** 2 + 20 ** 2 + 30 ** 2 + 10 ** 2,
      gained: 3,
    });
  });
});

describe('the gained samples that may be a scope’s', () => {
  const [own, shared, none, other] = [
    sample([1], 1, 1),
    sample([1, 2], 2, 2),
    sample([], 3, 3),
    sample([3], 4, 4),
  ];
  const pools = new GainedPools(
    [own!, shared!, none!, other!, sample([1], 5, 5)],
    ({ ordinal }) => ordinal < 5,
  );

  it('are its own, those of several scopes with it, and those without any', () => {
    expect(new Set(pools.of(1))).toEqual(new Set([own, shared, none]));
    expect(new Set(pools.of(2))).toEqual(new Set([shared, none]));
    expect(pools.of(9)).toEqual([none]);
  });

  it('are all for no scope, without those that the latest read does not know', () => {
    expect(pools.of(null)).toEqual([own, shared, none, other]);
  });
});
