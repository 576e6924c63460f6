import { expect, test } from 'vitest';
import { planTraffic } from '../../src/demo/traffic.ts';

function paths(seed: number, count: number): string[] {
  const next = planTraffic(seed);
  return Array.from({ length: count }, () => next().path);
}

function shareOf(prefix: string, requests: readonly string[]): number {
  return requests.filter((path) => path.startsWith(prefix)).length / requests.length;
}

test('the same seed gives the same requests', () => {
  expect(paths(7, 1000)).toEqual(paths(7, 1000));
  expect(paths(7, 1000)).not.toEqual(paths(8, 1000));
});

test('shares vary from one part of the run to the next, around their averages', () => {
  const requests = paths(1, 40_000);
  const parts = Array.from({ length: 100 }, (_, i) =>
    shareOf('/cart', requests.slice(i * 400, (i + 1) * 400)),
  );
  expect(Math.max(...parts)).toBeGreaterThan(2 * Math.min(...parts));
  expect(shareOf('/cart', requests)).toBeGreaterThan(0.12);
  expect(shareOf('/cart', requests)).toBeLessThan(0.2);
});
