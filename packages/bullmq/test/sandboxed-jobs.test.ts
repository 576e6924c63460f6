import { describe, expect, it } from 'vitest';
import type { Isolate } from '../src/pool/isolate.ts';
import type { RecyclingChildPool } from '../src/pool/recycling-child-pool.ts';
import { SandboxedJobs } from '../src/sandboxed-jobs.ts';
import { MAJORS } from './majors.ts';

const [, { bullmq }] = MAJORS as [unknown, (typeof MAJORS)[1]];
const crash = { isolate: 'process 7', exitCode: 3, signal: null, error: null };
const died = new Error('the isolate died');

function jobsWith(quarantineAfter: number): SandboxedJobs {
  const pool = { handTo: (_job: object, call: () => unknown) => call() } as unknown as RecyclingChildPool;
  return new SandboxedJobs(bullmq, pool, quarantineAfter);
}

/** How a run ends under which the isolate dies; `tries` are counted. */
async function dies(jobs: SandboxedJobs, hasBegun: boolean) {
  const job = { id: '1' };
  let tries = 0;
  const run = jobs.run(job, 'token', async () => {
    tries += 1;
    jobs.noteCrash(job, { crash, hasBegun } as Isolate);
    throw died;
  });
  const error = await run.then(
    () => null,
    (reason: unknown) => reason,
  );
  return { error, tries };
}

describe('jobs in isolates', () => {
  it('that killed theirs so often are failed for good', async () => {
    const jobs = jobsWith(2);
    expect(await dies(jobs, true)).toEqual({ error: died, tries: 1 });
    expect((await dies(jobs, true)).error).toBeInstanceOf(bullmq.UnrecoverableError);
  });

  it('that came to their end in between are not', async () => {
    const jobs = jobsWith(2);
    await dies(jobs, true);
    await jobs.run({ id: '1' }, 'token', async () => 'done');
    expect((await dies(jobs, true)).error).toBe(died);
  });

  it('that never began are tried in other isolates, and blamed for none of them', async () => {
    expect(await dies(jobsWith(1), false)).toEqual({ error: died, tries: 3 });
  });
});
