import { describe, expect, it } from 'vitest';
import { GAINS, WhiteningFilter } from '../../src/attribute/whitening.ts';

describe('WhiteningFilter', () => {
  it('is plain differencing for a pure random walk', () => {
    const filter = new WhiteningFilter(1);
    expect([filter.step(), filter.step()]).toEqual([
      { carry: 0, weight: 1, logVariance: 0 },
      { carry: 0, weight: 1, logVariance: 0 },
    ]);
  });

  it.each(GAINS.filter((gain) => gain < 1))('settles at gain %d, where every row weighs the same', (gain) => {
    const filter = new WhiteningFilter(gain);
    for (let i = 0; i < 300; i++) filter.step();
    const { carry, weight } = filter.step();
    expect(carry).toBeCloseTo(1 - gain, 6);
    expect(weight).toBeCloseTo(1, 6);
  });

  it('gives the innovations of the Kalman filter, computed here the long way', () => {
    const gain = 0.4;
    const q = gain ** 2 / (1 - gain);
    const levels = [5, 7, 6, 9, 12, 11, 15];
    const expected: number[] = [];
    let mean = levels[0]!;
    let variance = 1 + q;
    for (const y of levels.slice(1)) {
      const f = variance + 1;
      expected.push(y - mean);
      mean += (variance / f) * (y - mean);
      variance = variance * (1 - variance / f) + q;
    }
    const filter = new WhiteningFilter(gain);
    let innovation = 0;
    const actual = levels.slice(1).map((y, i) => {
      innovation = y - levels[i]! + filter.step().carry * innovation;
      return innovation;
    });
    for (const [i, value] of actual.entries()) expect(value).toBeCloseTo(expected[i]!, 9);
  });
});
