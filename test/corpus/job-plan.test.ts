import { expect, test } from 'vitest';
import { createJobPlan } from './job-plan.mjs';

const JOBS = [
  { name: 'enrich', weight: 3, data: { n: '{seq}', key: 'k{int:1-9}', zip: '{pick:0123|04}' } },
  { name: 'deliver', weight: 1, data: { to: { id: '{int:5-7}' }, text: '{hex:8}' }, mayFail: true },
  { name: 'tick', weight: 1 },
];

function take(count: number, seed: number, seqFrom = 0) {
  const plan = createJobPlan(JOBS, { seed, seqFrom });
  return Array.from({ length: count }, () => plan.next());
}

test('the same seed gives the same jobs, another seed gives others', () => {
  expect(take(2_000, 4)).toEqual(take(2_000, 4));
  expect(take(2_000, 4)).not.toEqual(take(2_000, 5));
});

test('data are filled, whole numbers are numbers and no other text is', () => {
  const jobs = take(300, 1);
  const enrich = jobs.find(({ name }) => name === 'enrich')!.data as Record<string, unknown>;
  expect(enrich.n).toBe(1);
  expect(enrich.key).toMatch(/^k[1-9]$/);
  expect(enrich.zip).toMatch(/^0/);
  const deliver = jobs.find(({ name }) => name === 'deliver')!;
  expect([5, 6, 7]).toContain((deliver.data as { to: { id: unknown } }).to.id);
});

test('a job without data has none, and only those that may fail are said to', () => {
  const jobs = take(300, 2);
  expect(jobs.find(({ name }) => name === 'tick')).toEqual({ name: 'tick', data: {}, mayFail: false });
  expect(jobs.find(({ name }) => name === 'deliver')?.mayFail).toBe(true);
});

test('{seq} counts on from seqFrom, so that a second plan brings new keys', () => {
  const first = take(50, 3, 1_000).find(({ name }) => name === 'enrich');
  expect((first!.data as { n: number }).n).toBeGreaterThan(1_000);
});
