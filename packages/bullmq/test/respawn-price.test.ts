import { describe, expect, it } from 'vitest';
import { priceText } from '../src/respawn-price.ts';

describe('the price of recycling', () => {
  it('is worth no word up to 5 % of the CPU of the jobs', () => {
    expect(priceText({ reason: 'jobs', jobs: 500, bootCpuMs: 250, jobsCpuMs: 5000 })).toBeNull();
    expect(priceText({ reason: 'jobs', jobs: 500, bootCpuMs: 250, jobsCpuMs: 10_000 })).toBeNull();
  });

  it('above is told with the number of jobs at which it would be 5 %', () => {
    expect(priceText({ reason: 'jobs', jobs: 500, bootCpuMs: 250, jobsCpuMs: 1000 })).toContain(
      'about 25 % of the CPU of the jobs: starting an isolate took 250 ms, its 500 jobs 1000 ms. With maxJobsPerWorker: 2500',
    );
  });

  it('of recycling by memory is told with the jobs for which an isolate would have to last', () => {
    expect(priceText({ reason: 'heap', jobs: 20, bootCpuMs: 250, jobsCpuMs: 1000 })).toContain(
      'With a maxHeapPerWorker that isolates reach after 100 jobs it would be 5 %.',
    );
  });

  it('is not told of an isolate that did nothing', () => {
    expect(priceText({ reason: 'jobs', jobs: 0, bootCpuMs: 250, jobsCpuMs: 0 })).toBeNull();
  });
});
