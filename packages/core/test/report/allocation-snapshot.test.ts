import { describe, expect, it } from 'vitest';
import { LeakguardError } from '../../src/errors.ts';
import { AllocationSnapshot } from '../../src/report/allocation-snapshot.ts';
import { snapshotData } from '../../src/report/snapshot-data.ts';
import type { Frame } from '../../src/site-types.ts';
import { seededRandom } from '../attribute/generated-rows.ts';
import { frame, KIB_64, ordinals, snapshotOf, stackOf } from './snapshot-fixture.ts';

const LOAD = frame('loadUser');
const SAVE = frame('saveUser', 'src/users.ts', 80);
const HANDLER = frame('getUser', 'src/app.ts', 10);
const CONCAT: Frame = { function: 'concat', file: '', line: 0, column: 0 };
const READ: Frame = { function: 'readSync', file: 'node:fs', line: 700, column: 18 };

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof LeakguardError) return error.code;
    throw error;
  }
  return 'none';
}

describe('what a snapshot holds, summed up', () => {
  const snapshot = snapshotOf([
    stackOf([LOAD, HANDLER], ordinals(1, 18), 'GET /users/:id'),
    stackOf([CONCAT, READ, LOAD], ordinals(20, 2)),
    stackOf([SAVE], ordinals(30, 3), 'POST /users'),
    stackOf([READ], ordinals(40, 1)),
  ]);

  it('is by the innermost function that is neither native nor of Node', () => {
    expect(snapshot.top().map(({ frames, samples }) => [frames[0]!.function, samples])).toEqual([
      ['loadUser', 20],
      ['saveUser', 3],
      ['readSync', 1],
    ]);
  });

  it('is by file, by whole stack and by scope where that is asked for', () => {
    const names = (groupBy: 'file' | 'scope') =>
      snapshot.top(10, { groupBy }).map(({ name, samples }) => [name, samples]);
    expect(names('file')).toEqual([
      ['src/users.ts', 23],
      ['node:fs', 1],
    ]);
    expect(names('scope')).toEqual([
      ['GET /users/:id', 18],
      ['POST /users', 3],
      [null, 3],
    ]);
    const stacks = snapshot.top(2, { groupBy: 'stack' });
    expect(stacks.map(({ frames }) => frames.map((f) => f.function))).toEqual([
      ['loadUser', 'getUser'],
      ['saveUser'],
    ]);
  });

  it('has a sampling error that is the normal interval of its samples', () => {
    const [top] = snapshot.top(1);
    expect(top!.bytes).toBe(20 * KIB_64);
    expect(top!.errorBytes).toBeCloseTo(1.96 * Math.sqrt(20) * KIB_64);
  });

  it('keeps functions of one name apart by where they start, whatever characters are in them', () => {
    const strange = frame('__proto__", "a', '__proto__', 1);
    const all = snapshotOf([stackOf([strange], [1]), stackOf([{ ...strange, line: 2 }], [2])]).top();
    expect(all).toHaveLength(2);
  });
});

describe('the comparison with an older snapshot', () => {
  const older = snapshotOf([stackOf([SAVE], ordinals(1, 400)), stackOf([LOAD], ordinals(500, 4))]);
  const newer = snapshotOf([
    stackOf([SAVE], ordinals(1, 400)),
    stackOf([LOAD, HANDLER], [...ordinals(502, 2), ...ordinals(900, 10)]),
    stackOf([HANDLER], ordinals(950, 1)),
  ]);

  it('has sizes and counts with their change, the largest change first', () => {
    expect(
      newer
        .compareTo(older)
        .map(({ frames, bytes, deltaBytes, samples, deltaSamples }) => [
          ...[frames[0]!.function, bytes / KIB_64, deltaBytes / KIB_64, samples, deltaSamples],
        ]),
    ).toEqual([
      ['loadUser', 12, 8, 12, 8],
      ['getUser', 1, 1, 1, 1],
      ['saveUser', 400, 0, 400, 0],
    ]);
  });

  it('counts as error only the samples that came and went: those of both are the same objects', () => {
    const [load, , save] = newer.compareTo(older);
    expect(load!.deltaErrorBytes).toBeCloseTo(1.96 * Math.sqrt(10 + 2) * KIB_64);
    expect(save!.deltaErrorBytes).toBe(0);
  });

  it.each(['function', 'file', 'stack', 'scope'] as const)('by %s adds up to the same change', (groupBy) => {
    const all = newer.compareTo(older, { groupBy });
    const sum = (of: (difference: (typeof all)[number]) => number): number =>
      all.reduce((total, difference) => total + of(difference), 0) / KIB_64;
    expect([sum(({ bytes }) => bytes), sum(({ deltaBytes }) => deltaBytes)]).toEqual([413, 9]);
  });

  it('takes all samples for different ones where their ordinals are unknown', () => {
    const without = (snapshot: AllocationSnapshot): AllocationSnapshot => {
      const stacks = snapshot.data.stacks!.map(({ ordinals: _, ...stack }) => stack);
      return new AllocationSnapshot({ ...snapshot.data, stacks });
    };
    const [load] = without(newer).compareTo(without(older));
    expect(load!.deltaErrorBytes).toBeCloseTo(1.96 * Math.sqrt(12 + 4) * KIB_64);
  });

  it('tells what is gone, as a loss of all of it', () => {
    const [gone] = snapshotOf([]).compareTo(snapshotOf([stackOf([LOAD], ordinals(1, 3))]));
    expect(gone).toMatchObject({ bytes: 0, samples: 0, deltaBytes: -3 * KIB_64, deltaSamples: -3 });
    expect(gone!.frames).toEqual([LOAD]);
  });

  it('has an error that covers the truth in 95 of 100 heaps', () => {
    const random = seededRandom(7);
    // Objects of 200 B, sampled as V8 does: each with a chance that grows with its size.
    const size = 200;
    const chance = 1 - Math.exp(-size / KIB_64);
    const weight = size / chance;
    let next = 1;
    // Ten at a time, which is faster and changes the variance by 3 %.
    const sampled = (objects: number): number[] => {
      next += 100_000;
      return ordinals(next, Array.from({ length: objects / 10 }).filter(() => random() < chance * 10).length);
    };
    const stack = (list: number[]) => ({
      ...{ frames: [LOAD], scope: null, ordinals: list, samples: list.length },
      ...{ bytes: list.length * weight, variance: list.length * weight ** 2 },
    });
    const covered = Array.from({ length: 400 }).filter(() => {
      const [kept, gone, come] = [200_000, 20_000, 60_000].map(sampled);
      const before = snapshotOf([stack([...kept!, ...gone!])]);
      const [difference] = snapshotOf([stack([...kept!, ...come!])]).compareTo(before);
      return Math.abs(difference!.deltaBytes - 40_000 * size) <= difference!.deltaErrorBytes;
    }).length;
    expect(covered / 400).toBeGreaterThan(0.92);
  });

  it('is refused with what is no snapshot: nothing, an object, or its own JSON', () => {
    for (const wrong of [null, undefined, {}, JSON.parse(JSON.stringify(older))]) {
      expect(codeOf(() => newer.compareTo(wrong as never))).toBe('ERR_LEAKGUARD_SNAPSHOT_FORMAT');
    }
  });

  it('is refused across processes and where one holds no stacks, with the reason', () => {
    const other = snapshotOf([], { process: 'p2', pid: 7 });
    expect(() => newer.compareTo(other)).toThrow(/pid 7 at .*a restart is another process/);
    expect(codeOf(() => newer.compareTo(other))).toBe('ERR_LEAKGUARD_SNAPSHOT_PROCESS');
    const empty = snapshotOf(null, { unavailable: 'dd-trace has the profiler' });
    expect(() => empty.compareTo(older)).toThrow('dd-trace has the profiler');
    expect(codeOf(() => newer.compareTo(empty))).toBe('ERR_LEAKGUARD_SNAPSHOT_STACKS');
    expect(empty.top()).toEqual([]);
  });

  it('refuses an unknown grouping and a count that is none', () => {
    expect(codeOf(() => newer.top(1, { groupBy: 'line' as never }))).toBe('ERR_LEAKGUARD_OPTION');
    expect(codeOf(() => newer.compareTo(older, { groupBy: 'constructor' as never }))).toBe(
      'ERR_LEAKGUARD_OPTION',
    );
    expect(codeOf(() => newer.top(-1))).toBe('ERR_LEAKGUARD_OPTION');
  });
});

describe('the data of a snapshot', () => {
  it('has each frame once, and equal stacks as one', () => {
    const { data } = snapshotOf([
      stackOf([LOAD, HANDLER], [5, 1]),
      stackOf([{ ...LOAD }, HANDLER], [3]),
      stackOf([HANDLER], [4]),
    ]);
    expect(data.frames).toEqual([LOAD, HANDLER]);
    expect(data.stacks).toMatchObject([
      { stack: [0, 1], samples: 3, ordinals: [1, 3, 5] },
      { stack: [1], samples: 1 },
    ]);
  });

  it('keeps 5,000 stacks apart and sums up the rest, so that no byte is lost', () => {
    const many = Array.from({ length: 12_000 }, (_, i) => stackOf([frame('f', 'a.js', i + 1)], [i + 1]));
    const snapshot = snapshotOf(many);
    expect(snapshot.data.stacks).toHaveLength(5000);
    const all = snapshot.top(10_000);
    expect(all.reduce((sum, { samples }) => sum + samples, 0)).toBe(12_000);
    expect(all[0]).toMatchObject({ name: '(other)', samples: 7001 });
  });

  it('keeps its thread, and no thread of the main one', () => {
    expect('threadId' in snapshotOf([]).data).toBe(false);
    expect(snapshotOf([], { threadId: 3 }).data.threadId).toBe(3);
  });

  it('takes no more of a scope than what a snapshot has of it', () => {
    const { data } = snapshotOf([]);
    const scope = { scope: 'a', kind: 'job' as const, units: 2, verdict: 'stable' };
    const { frames: _, stacks: __, v: ___, kind: ____, ...rest } = data;
    const made = snapshotData({ ...rest, threadId: null, stacks: null, scopes: [scope] });
    expect(made.scopes).toEqual([{ scope: 'a', kind: 'job', units: 2 }]);
  });
});
