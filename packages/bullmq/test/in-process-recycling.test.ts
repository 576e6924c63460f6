import { describe, expect, it } from 'vitest';
import { InProcessRecycling } from '../src/in-process-recycling.ts';
import { resolveRecycling } from '../src/options.ts';
import { WarnOnce } from '../src/warn-once.ts';

/** After how many jobs a process drains whose random number is this. */
function jobsUntilDrain(random: number, maxJobsJitter?: number): number {
  let drained: number | null = null;
  const options = resolveRecycling({
    maxJobsPerWorker: 100,
    recycle: 'exit',
    ...(maxJobsJitter && { maxJobsJitter }),
  });
  const recycling = InProcessRecycling.of(options, {
    drainAndExit: (_cause, jobs) => {
      drained = jobs;
    },
    asked: () => undefined,
    claimsProcess: () => true,
    random: () => random,
    nowMs: () => 0,
    warnings: new WarnOnce(),
  })!;
  for (let job = 0; job < 200; job++) {
    recycling.jobBegan();
    recycling.jobEnded();
  }
  return drained!;
}

describe('recycling a whole process', () => {
  it('lowers the limit at random by the jitter, so that processes do not leave together', () => {
    expect(jobsUntilDrain(0)).toBe(100);
    expect(jobsUntilDrain(0.5)).toBe(95);
    expect(jobsUntilDrain(0.5, 0.8)).toBe(60);
  });
});
