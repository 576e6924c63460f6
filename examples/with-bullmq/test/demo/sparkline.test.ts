import { expect, test } from 'vitest';
import { sparkline } from '../../src/demo/sparkline.ts';

test('bars go from the low end of the scale to the high one', () => {
  expect(sparkline([100, 150, 200], [100, 200], 40)).toBe('▁▅█');
});

test('more values than fit are shown by the means of their parts', () => {
  expect(sparkline([0, 0, 100, 100], [0, 100], 2)).toBe('▁█');
});

test('equal values on a scale without extent are low bars', () => {
  expect(sparkline([5, 5], [5, 5], 40)).toBe('▁▁');
});
