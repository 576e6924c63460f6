import type { Job } from 'bullmq';
import { expect, test } from 'vitest';
import { planJobs } from '../src/jobs.ts';
import shop from '../src/processors/shop.ts';

function jobOf(name: string, data: unknown): Job {
  return { id: '1', name, data } as Job;
}

test('every kind of planned job has a processor that returns something small', async () => {
  const next = planJobs(3);
  for (let i = 0; i < 200; i++) {
    const { name, data } = next();
    const result = await shop(jobOf(name, data));
    expect(JSON.stringify(result).length).toBeLessThan(100);
  }
});

test('a job of another name fails and says so', async () => {
  await expect(shop(jobOf('paint-fence', {}))).rejects.toThrow('no processor for paint-fence');
});

test('an avatar gets the size that was asked for', async () => {
  expect(await shop(jobOf('resize-avatar', { customer: 1, size: 32 }))).toEqual({ bytes: 32 * 32 * 4 });
});
