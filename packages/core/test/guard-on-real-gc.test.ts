import { afterEach, describe, expect, it } from 'vitest';
import { createGuard } from '../src/guard.ts';
import { formatReport } from '../src/report/leak-text.ts';
import type { Guard, Logger } from '../src/types.ts';

const SILENT: Logger = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** These tests do nothing but work for the guard, so its share of the CPU is no measure: `maxOverhead: 1`. */
let guard: Guard;
afterEach(() => guard.close());

interface Job {
  payload: number[];
}

/** Runs `units` jobs on two queues; of the first every tenth job object is kept. */
function runJobs(units: number, kept: Job[]): void {
  const [leaky, honest] = [guard.scope('job', 'mail:send'), guard.scope('job', 'mail:count')];
  for (let n = 0; n < units; n++) {
    const job = { payload: Array.from({ length: 20 }, () => n) };
    if (n % 10 === 0) kept.push(job);
    guard.begin().end(leaky, { subject: job });
    guard.begin().end(honest, { subject: { payload: [n] } });
  }
}

describe('a guard on the real garbage collector', () => {
  it('finds job objects that are kept after the job, and none where none are', async () => {
    guard = createGuard({ level: 'prove', enabled: true, logger: SILENT, maxOverhead: 1 });
    const kept: Job[] = [];
    for (let round = 0; round < 30; round++) {
      runJobs(100, kept);
      await guard.analyze();
    }
    const { scopes } = guard.report();
    expect(scopes[0]).toMatchObject({ scope: 'mail:send', verdict: 'growing', channels: ['survivors'] });
    expect(scopes[0]!.survivors!.alive).toBeGreaterThanOrEqual(3);
    expect(scopes[1]).toMatchObject({ scope: 'mail:count', survivors: { alive: 0 } });
    // Whether the heap also gives a size depends on what else this process did to it.
    const text = formatReport(guard.report());
    expect(text).toMatch(/^GROWING {2}mail:send {2}/);
    expect(text).toMatch(/seen by +survivors \(\d+ of \d+ sampled job objects still alive\)/);
    expect(kept.length).toBe(300);
  });

  it('does not keep the objects that it watches', async () => {
    guard = createGuard({ level: 'prove', enabled: true, logger: SILENT, maxOverhead: 1 });
    for (let round = 0; round < 12; round++) {
      runJobs(200, []);
      await guard.analyze();
    }
    const { scopes } = guard.report();
    expect(scopes.map(({ survivors }) => survivors!.alive)).toEqual([0, 0]);
    expect(scopes.every(({ survivors }) => survivors!.sampled > 20)).toBe(true);
  });

  it('reads the memory of this very process', async () => {
    guard = createGuard({ level: 'prove', enabled: true, logger: SILENT, maxOverhead: 1 });
    const { memory } = await guard.analyze();
    expect(memory.floorBytes).toBeGreaterThan(1e6);
    expect(memory.rssBytes).toBeGreaterThan(memory.floorBytes!);
    expect(memory.heapLimitBytes).toBeGreaterThan(memory.heapUsedBytes);
  });
});
