import { describe, expect, it } from 'vitest';
import { JobLimits } from '../../src/pool/job-limits.ts';

function limitsOf(maxJobs: number, concurrency: number, random = 0, jitter = 0.1): JobLimits {
  return new JobLimits({ maxJobs, jitter, concurrency: () => concurrency, random: () => random });
}

function next(limits: JobLimits, count: number): number[] {
  return Array.from({ length: count }, () => limits.next());
}

describe('job limits', () => {
  it('of the isolates that start together are spread evenly over half to all of the maximum', () => {
    expect(next(limitsOf(800, 4), 4)).toEqual([800, 700, 600, 500]);
  });

  it('of later ones have a jitter that only lowers', () => {
    const limits = limitsOf(1000, 1, 0.5);
    expect(next(limits, 3)).toEqual([1000, 950, 950]);
    expect(next(limitsOf(1000, 1, 0.999), 3).slice(1)).toEqual([900, 900]);
  });

  it('are never below one job, and none where the maximum is 0, whatever the jitter', () => {
    expect(next(limitsOf(1, 4, 0.9, 0.9), 6)).toEqual([1, 1, 1, 1, 1, 1]);
    expect(next(limitsOf(0, 4, 0.9, 0.9), 6)).toEqual(Array(6).fill(Number.POSITIVE_INFINITY));
  });
});
