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

/** So many jobs, one after the other, all of which that isolate has to get. */
async function jobsOn(number: number, count: number): Promise<void> {
  for (let job = 0; job < count; job++) {
    expect(await retain()).toBe(number);
    release(number);
  }
}

function signal(number: number, name: NodeJS.Signals): void {
  process.kill(under.children[number]!.pid!, name);
}

/** Those of the isolates that were told to leave, which they do not do before they get SIGCONT. */
function leavesAsked(numbers: readonly number[]): number[] {
  const asked: number[] = [];
  for (const number of numbers) {
    const child = under.children[number]!;
    const { send } = child;
    child.send = async (message) => {
      asked.push(number);
      return send(message);
    };
    signal(number, 'SIGSTOP');
  }
  return asked;
}

describe.each(DIAGONAL)('the pool ($title)', (variant) => {
  it('hands out the isolate that is nearest its limit', async () => {
    under = poolOf(variant, variant.useWorkerThreads, { maxJobsPerWorker: 90 }, { concurrencyOf: 3 });
    // Started one after the other, they get 90, 75 and 60 jobs.
    const started = [await retain(), await retain(), await retain()];
    expect(started).toEqual([0, 1, 2]);
    for (const number of started) release(number);
    for (let job = 0; job < 5; job++) {
      expect(await retain()).toBe(2);
      expect(await retain()).toBe(1);
      release(1);
      release(2);
    }
  });

  it.each([
    { prewarm: 1, before: 2 },
    { prewarm: 0, before: 1 },
  ])('with prewarm $prewarm has $before before the limit is reached', async ({ prewarm, before }) => {
    const recycling = { maxJobsPerWorker: 4, maxJobsJitter: 0, prewarm };
    under = poolOf(variant, variant.useWorkerThreads, recycling);
    expect(await retain()).toBe(0);
    release(0);
    expect(under.children).toHaveLength(1);
    await jobsOn(0, 2);
    expect(await retain()).toBe(0);
    expect(under.children).toHaveLength(before);
    release(0);
    expect(under.children).toHaveLength(2);
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

describe.each(MAJORS)('a pool of processes ($name)', (major) => {
  const one = { maxJobsPerWorker: 4, maxJobsJitter: 0, prewarm: 0 };

  it('takes the replacement of an isolate that died meanwhile for no spare', async () => {
    under = poolOf(major, false, one);
    await jobsOn(0, 4);
    signal(0, 'SIGKILL');
    await until(
      () => under.loaded.has(under.children[1]!) && under.alive().length === 1,
      'it took its place',
    );
    await jobsOn(1, 4);
    expect(under.children).toHaveLength(3);
    expect(under.alive()).toHaveLength(2);
    // Which goes on until its own replacement is ready.
    await jobsOn(1, 1);
    await until(() => under.loaded.has(under.children[2]!), 'that is ready');
    await until(() => under.recycled.length === 1, 'the one that was due left');
    await jobsOn(2, 1);
    expect(under.children).toHaveLength(3);
  });

  it('starts another spare where the spare itself died', async () => {
    under = poolOf(major, false, one);
    await jobsOn(0, 4);
    expect(await retain()).toBe(0);
    await until(() => under.loaded.has(under.children[1]!), 'the spare is ready');
    signal(1, 'SIGKILL');
    await until(() => under.alive().length === 1, 'it died');
    release(0);
    expect(under.children).toHaveLength(3);
    expect(isAlive(under.children[0]!)).toBe(true);
    expect(under.recycled).toEqual([]);
  });

  it('starts another spare where more jobs at once took the first one', async () => {
    under = poolOf(major, false, one);
    await jobsOn(0, 4);
    expect(await retain()).toBe(0);
    await until(() => under.loaded.has(under.children[1]!), 'the spare is ready');
    expect(await retain()).toBe(1);
    release(0);
    expect(under.children).toHaveLength(3);
    await until(() => under.recycled.length === 1, 'the one that was due left');
    expect(under.loaded).toContain(under.children[2]);
    release(1);
  });

  it('fills the place of an isolate that died before one that is due may leave', async () => {
    under = poolOf(major, false, one);
    for (let jobs = 0; jobs < 4; jobs++) await round(2);
    signal(1, 'SIGKILL');
    await until(() => under.loaded.has(under.children[2]!), 'the replacement is ready');
    expect([await retain(), await retain()]).toEqual([0, 2]);
    expect(under.children).toHaveLength(3);
    release(0);
    release(2);
  });

  it('lets a job wait for the replacement that starts anyway, rather than start another one', async () => {
    under = poolOf(major, false, { maxJobsPerWorker: 1, prewarm: 0 });
    await jobsOn(0, 1);
    expect(under.children).toHaveLength(2);
    expect(await retain()).toBe(1);
    expect(under.children).toHaveLength(2);
    release(1);
  });

  it('lets a spent isolate leave when one is started in its place, whoever else is leaving', async () => {
    under = poolOf(major, false, { maxJobsPerWorker: 1, prewarm: 0 });
    const spent = await Promise.all([retain(), retain()]);
    const asked = leavesAsked([0, 1]);
    for (const number of spent) release(number);
    expect((await Promise.all([retain(), retain()])).sort()).toEqual([2, 3]);
    expect(asked.sort()).toEqual([0, 1]);
    signal(0, 'SIGCONT');
    signal(1, 'SIGCONT');
    await until(() => under.recycled.length === 2, 'both left');
    release(2);
    release(3);
  });

  it('lets one isolate leave at a time, however long it takes', async () => {
    under = poolOf(major, false, one);
    for (let jobs = 0; jobs < 4; jobs++) await round(2);
    const asked = leavesAsked([0, 1]);
    await until(() => asked.length === 1, 'one was told to leave');
    const other = 1 - asked[0]!;
    await jobsOn(other, 1);
    await until(() => under.loaded.has(under.children[3]!), 'the replacement of the other is ready');
    await jobsOn(other, 1);
    expect(asked).toHaveLength(1);
    signal(0, 'SIGCONT');
    signal(1, 'SIGCONT');
    await until(() => under.recycled.length === 2, 'both left');
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
