import { describe, expect, it } from 'vitest';
import { mannKendall, signOfSteps } from '../../src/decide/mann-kendall.ts';
import { normal, seededRandom } from '../attribute/generated-rows.ts';

const ascending = (n: number) => Array.from({ length: n }, (_, k) => k);

describe("Mann's and Kendall's test", () => {
  it('has the p values of the normal approximation', () => {
    // S = 45 of ten values, variance 125: z = 44 / sqrt(125).
    expect(mannKendall(ascending(10))).toBeCloseTo(4.15e-5, 7);
    // S = 496 of 32 values, variance 3802.67: z = 8.03, beyond where an error function of double precision ends.
    expect(mannKendall(ascending(32)) / 4.9e-16).toBeCloseTo(1, 1);
  });

  it('is 1 for what does not move, and for what falls', () => {
    expect(mannKendall(new Array(20).fill(3))).toBe(1);
    expect(mannKendall(ascending(20).reverse())).toBe(1);
  });

  it('is below 5 % in 5 % of series without a trend, ties included', () => {
    const random = seededRandom(3);
    const series = Array.from({ length: 2000 }, () =>
      Array.from({ length: 20 }, () => Math.floor(6 * random())),
    );
    const share = series.filter((values) => mannKendall(values) < 0.05).length / series.length;
    expect(share).toBeGreaterThan(0.035);
    expect(share).toBeLessThan(0.065);
  });
});

describe('the signs of steps', () => {
  it('have the p values of a fair coin', () => {
    expect(signOfSteps(ascending(11))).toBeCloseTo(2 ** -10, 12);
    expect(signOfSteps([0, 1, 0, 1, 0])).toBeCloseTo(11 / 16, 12);
    expect(signOfSteps([3, 3, 3])).toBe(1);
  });

  it('hold for a level that wanders, where the test of Mann and Kendall does not', () => {
    const random = seededRandom(5);
    const walks = Array.from({ length: 1000 }, () => {
      let level = 0;
      return Array.from({ length: 40 }, () => {
        level += normal(random);
        return level;
      });
    });
    const share = (test: (values: number[]) => number) =>
      walks.filter((walk) => test(walk) < 0.01).length / walks.length;
    expect(share(signOfSteps)).toBeLessThan(0.015);
    expect(share(mannKendall)).toBeGreaterThan(0.2);
  });
});
