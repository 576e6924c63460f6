import { expect, test } from 'vitest';
import { sparkline } from '../../src/render/sparkline.ts';

test('scales from 0 to the largest value, so a level that stays high is flat', () => {
  expect(sparkline([0, 25, 50, 75, 100])).toBe('▁▃▅▆█');
  expect(sparkline([99, 100, 100])).toBe('███');
  expect(sparkline([0, 0])).toBe('▁▁');
});

test('fewer bars than values keep the last value', () => {
  expect(sparkline([100, 0, 100, 0, 100, 0], 3)).toBe('▁▁▁');
  expect(sparkline([0, 50, 100], 2)).toBe('▁█');
});
