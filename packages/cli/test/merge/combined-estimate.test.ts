import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type CombinedEstimate, EstimateSum } from '../../src/merge/combined-estimate.ts';

interface Estimate {
  mean: number;
  half: number;
}

function combined(estimates: readonly Estimate[]): CombinedEstimate {
  const sum = new EstimateSum();
  for (const { mean, half } of estimates) sum.add(mean, [mean - half, mean + half], 1);
  return sum.combined()!;
}

function width({ ci95 }: CombinedEstimate): number {
  return ci95![1] - ci95![0];
}

/** Far enough from 0 that no interval is cut. */
const estimate = fc.record({
  mean: fc.double({ min: 1e6, max: 2e6, noNaN: true }),
  half: fc.double({ min: 1, max: 1e4, noNaN: true }),
});
const several = fc.array(estimate, { minLength: 2, maxLength: 30 });

test('the estimate of one process stays as it is', () => {
  expect(new EstimateSum().combined()).toBeNull();
  const sum = new EstimateSum();
  sum.add(2000, [0, 4500], 10);
  expect(sum.combined()).toEqual({ bytesPerUnit: 2000, ci95: [0, 4500] });
});

test('processes that agree narrow the interval by the square root of their number', () => {
  expect(width(combined(Array(4).fill({ mean: 2000, half: 100 })))).toBeCloseTo(100, 6);
});

test('processes that disagree widen it over what each of them said', () => {
  const { bytesPerUnit, ci95 } = combined([
    { mean: 1000, half: 10 },
    { mean: 3000, half: 10 },
  ]);
  expect(bytesPerUnit).toBeCloseTo(2000, 6);
  expect(ci95![0]).toBeLessThan(1000);
  expect(ci95![1]).toBeGreaterThan(3000);
});

test('the mean lies between the estimates and inside its interval, which is never narrower than of the fixed effect', () => {
  fc.assert(
    fc.property(several, (estimates) => {
      const result = combined(estimates);
      const means = estimates.map(({ mean }) => mean);
      const weight = estimates.reduce((sum, { half }) => sum + 1 / half ** 2, 0);
      expect(result.bytesPerUnit).toBeGreaterThanOrEqual(Math.min(...means) - 1e-6);
      expect(result.bytesPerUnit).toBeLessThanOrEqual(Math.max(...means) + 1e-6);
      expect(width(result)).toBeGreaterThanOrEqual((2 / Math.sqrt(weight)) * (1 - 1e-6));
      expect(result.ci95![0]).toBeLessThanOrEqual(result.bytesPerUnit);
      expect(result.ci95![1]).toBeGreaterThanOrEqual(result.bytesPerUnit);
    }),
  );
});

test('the order of the processes does not matter', () => {
  fc.assert(
    fc.property(several, (estimates) => {
      const [there, back] = [combined(estimates), combined(estimates.toReversed())];
      expect(back.bytesPerUnit / there.bytesPerUnit).toBeCloseTo(1, 9);
      expect(width(back) / width(there)).toBeCloseTo(1, 6);
    }),
  );
});

test('any finite estimate gives a finite result', () => {
  const any = fc.double({ noNaN: true, min: -1e15, max: 1e15 });
  fc.assert(
    fc.property(fc.array(fc.tuple(any, any, any), { minLength: 1 }), (values) => {
      const sum = new EstimateSum();
      for (const [mean, a, b] of values) sum.add(mean, [Math.min(a, b), Math.max(a, b)], 1);
      const { bytesPerUnit, ci95 } = sum.combined()!;
      expect([bytesPerUnit, ...ci95!].every(Number.isFinite)).toBe(true);
    }),
  );
});

test('estimates without an interval count by their units, and only where none has one', () => {
  const sum = new EstimateSum();
  sum.add(100, null, 30);
  sum.add(200, null, 10);
  expect(sum.combined()).toEqual({ bytesPerUnit: 125, ci95: null });
  sum.add(500, [400, 600], 1);
  expect(sum.combined()).toEqual({ bytesPerUnit: 500, ci95: [400, 600] });
});
