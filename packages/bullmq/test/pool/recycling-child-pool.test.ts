import type { Child } from 'bullmq';
import { afterEach, describe, expect, it } from 'vitest';
import { DIAGONAL, MAJORS } from '../majors.ts';
import { until } from '../until.ts';
import { warningsOf } from '../warnings.ts';
import { type PoolUnderTest, poolOf } from './isolates.ts';

// Isolates run the built package: `npm run build -w packages/bullmq` first.
let under: PoolUnderTest;

afterEach(async () => {
  await under.pool.clean();
  expect(under.alive()).toEqual([]);
});

/** A job's isolate, by its number: a difference between two children fills screens. */
async function retain(): Promise<number> {
  return under.children.indexOf(await under.pool.retain());
}

function release(number: number): void {
  under.pool.release(under.children[number]!);
}

function isAlive({ exitCode, signalCode }: Child): boolean {
  return exitCode === null && !signalCode;
}

/** A job of each isolate at once. */
async function round(count: number): Promise<Child[]> {
  const held = await Promise.all(Array.from({ length: count }, () => under.pool.retain()));
  for (const child of held) under.pool.release(child);
  return held;
}

describe.each(DIAGONAL)('the pool ($title)', (variant) => {
  it('hands out the isolate that is nearest its limit', async () => {
    under = poolOf(variant, variant.useWorkerThreads, { maxJobsPerWorker: 100 }, { concurrencyOf: 3 });
    await round(3);
    const one = await retain();
    release(one);
    for (let job = 0; job < 5; job++) {
      expect(await retain()).toBe(one);
      release(one);
    }
  });

  it('has the replacement ready before the old isolate leaves, and gives no job to one that leaves', async () => {
    const recycling = { maxJobsPerWorker: 2, prewarm: 0 };
    under = poolOf(variant, variant.useWorkerThreads, recycling);
    const [old] = await round(1);
    expect(await retain()).toBe(0);
    release(0);
    expect(under.children).toHaveLength(2);
    // It goes on while the replacement starts.
    expect(await retain()).toBe(0);
    await until(() => under.loaded.has(under.children[1]!), 'the replacement is ready');
    expect(old!.exitCode).toBeNull();
    release(0);
    expect(await retain()).toBe(1);
    release(1);
    await until(() => old!.exitCode !== null, 'the old one left');
    await until(() => under.recycled.length === 1, 'it was told');
    expect(under.recycled).toEqual([{ reason: 'jobs', jobs: 3 }]);
  });

  it('replaces one at a time where all limits coincide, and never has fewer isolates than before', async () => {
    const recycling = { maxJobsPerWorker: 8, maxJobsJitter: 0 };
    // Told that one starts alone, all but the first get the same limit.
    under = poolOf(variant, variant.useWorkerThreads, recycling, { concurrencyOf: 1 });
    for (let jobs = 0; jobs < 8; jobs++) await round(4);
    const first = under.children.slice(0, 4);
    while (first.some(isAlive)) {
      const ready = under.loaded.size;
      // Four jobs at once have four isolates, however many are due.
      expect(new Set(await round(4)).size).toBe(4);
      expect(under.children.length - under.loaded.size).toBeLessThanOrEqual(1);
      await until(() => under.loaded.size > ready || !first.some(isAlive), 'a replacement is ready');
    }
    expect(under.most()).toBeLessThanOrEqual(6);
  });

  it('ends spares that start, idle ones and leaving ones when it is closed', async () => {
    under = poolOf(variant, variant.useWorkerThreads, { maxJobsPerWorker: 1 }, { concurrencyOf: 2 });
    await round(2);
    expect(under.children.length).toBeGreaterThan(2);
    await under.pool.clean();
    expect(under.alive()).toEqual([]);
    for (const child of under.children) expect([child.exitCode, child.signalCode]).not.toEqual([null, null]);
  });

  it('kills an isolate that does not leave', async () => {
    under = poolOf(
      variant,
      variant.useWorkerThreads,
      { maxJobsPerWorker: 1 },
      { processor: 'blocks-at-once.mjs', leaveTimeoutMs: 300 },
    );
    const child = await under.pool.retain();
    under.pool.release(child);
    await until(() => child.exitCode !== null || child.signalCode, 'it is gone');
    await until(() => under.recycled.length === 1, 'it was told');
    if (variant.kind === 'process') expect(child.signalCode).toBe('SIGKILL');
  });
});

describe('more than ten isolates', () => {
  it('cause no warning of leaking listeners', async () => {
    const warnings = warningsOf('MaxListenersExceededWarning');
    under = poolOf(MAJORS[1]!, false, { maxJobsPerWorker: 50 }, { concurrencyOf: 12 });
    const before = process.stdout.getMaxListeners();
    await round(12);
    expect(under.alive()).toHaveLength(12);
    expect(process.stdout.getMaxListeners()).toBe(before + 12);
    await under.pool.clean();
    expect(process.stdout.getMaxListeners()).toBe(before);
    expect(await warnings.all()).toEqual([]);
  });
});
