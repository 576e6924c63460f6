import { expect, test } from 'vitest';
import { planJobs } from '../src/jobs.ts';

function names(seed: number, count: number): string[] {
  const next = planJobs(seed);
  return Array.from({ length: count }, () => next().name);
}

test('the same seed gives the same jobs', () => {
  expect(names(7, 500)).toEqual(names(7, 500));
  expect(names(7, 500)).not.toEqual(names(8, 500));
});

test('all five kinds of jobs come, each within reach of its share', () => {
  const drawn = names(1, 20_000);
  expect(new Set(drawn).size).toBe(5);
  const share = drawn.filter((name) => name === 'enrich-profile').length / drawn.length;
  expect(share).toBeGreaterThan(0.2);
  expect(share).toBeLessThan(0.4);
});

test('finished jobs do not stay in Redis for ever', () => {
  const { opts } = planJobs(1)();
  expect(opts).toEqual({ removeOnComplete: { count: 1000 }, removeOnFail: { count: 1000 } });
});
