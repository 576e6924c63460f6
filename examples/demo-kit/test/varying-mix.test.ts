import { expect, test } from 'vitest';
import { seededRandom, varyingMix } from '../src/varying-mix.ts';

const MIX = [
  { name: 'often', weight: 80 },
  { name: 'seldom', weight: 20 },
];

function drawn(seed: number, count: number): string[] {
  const next = varyingMix(MIX, 400, seededRandom(seed));
  return Array.from({ length: count }, () => next().name);
}

function shareOfSeldom(names: readonly string[]): number {
  return names.filter((name) => name === 'seldom').length / names.length;
}

test('the same seed draws the same', () => {
  expect(drawn(7, 1000)).toEqual(drawn(7, 1000));
  expect(drawn(7, 1000)).not.toEqual(drawn(8, 1000));
});

test('shares vary from one part to the next, around their averages', () => {
  const names = drawn(1, 40_000);
  const parts = Array.from({ length: 100 }, (_, i) => shareOfSeldom(names.slice(i * 400, (i + 1) * 400)));
  expect(Math.max(...parts)).toBeGreaterThan(2 * Math.min(...parts));
  expect(shareOfSeldom(names)).toBeGreaterThan(0.15);
  expect(shareOfSeldom(names)).toBeLessThan(0.3);
});
