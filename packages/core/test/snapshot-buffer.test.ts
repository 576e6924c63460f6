import { expect, it } from 'vitest';
import type { AllocationSnapshot } from '../src/report/allocation-snapshot.ts';
import { SnapshotBuffer } from '../src/snapshot-buffer.ts';
import { frame, KIB_64, ordinals, snapshotOf, stackOf } from './report/snapshot-fixture.ts';

const MINUTE = 60_000;

function setUp() {
  const clock = { nowMs: 0 };
  const buffer = new SnapshotBuffer({ now: () => clock.nowMs });
  const add = (stacks: Parameters<typeof snapshotOf>[0]): AllocationSnapshot => {
    const snapshot = snapshotOf(stacks, { uptimeMs: clock.nowMs });
    buffer.add(snapshot);
    return snapshot;
  };
  return { clock, buffer, add };
}

it('is due a minute after the last one, whoever took that', () => {
  const { clock, buffer, add } = setUp();
  expect(buffer.isDue).toBe(false);
  clock.nowMs = MINUTE;
  expect(buffer.isDue).toBe(true);
  add(null);
  expect(buffer.isDue).toBe(false);
  clock.nowMs = 2 * MINUTE - 1;
  add([]);
  clock.nowMs += MINUTE - 1;
  expect(buffer.isDue).toBe(false);
});

it('wants the stacks of the first two reads, and then of one per entry of the schedule, so that they never grow old', () => {
  const { clock, buffer, add } = setUp();
  expect(buffer.wantsStacks).toBe(true);
  add([]);
  expect(buffer.wantsStacks).toBe(true);
  add([]);
  expect(buffer.wantsStacks).toBe(false);
  clock.nowMs = MINUTE;
  expect(buffer.wantsStacks).toBe(true);
  add(null);
  // A read that comes between two entries would else be lost, and the next one, and so on.
  clock.nowMs += 1;
  expect(buffer.wantsStacks).toBe(true);
  add([]);
  expect(buffer.wantsStacks).toBe(false);
});

it('keeps the last five', () => {
  const { buffer, add } = setUp();
  const all = Array.from({ length: 8 }, () => add(null));
  expect(buffer.snapshots).toEqual(all.slice(-5));
  const withStacks = Array.from({ length: 8 }, () => add([]));
  expect(buffer.snapshots.map(({ time }) => time)).toEqual(withStacks.slice(-5).map(({ time }) => time));
  expect(buffer.snapshots.slice(-2)).toEqual(withStacks.slice(-2));
  expect(buffer.snapshots[2]!.unavailable).toContain('stacks were dropped');
});

it('keeps the two newest with stacks however many come without, in their order', () => {
  const { buffer, add } = setUp();
  add([]);
  const first = add([]);
  add(null);
  const second = add([]);
  const rest = Array.from({ length: 50 }, () => add(null));
  expect(buffer.snapshots).toEqual([first, second, ...rest.slice(-3)]);
  expect(buffer.newestWithStacks).toBe(second);
  const third = add([]);
  expect(buffer.snapshots).toContain(second);
  add(null);
  add(null);
  add(null);
  expect(buffer.snapshots).not.toContain(first);
  expect(buffer.newestWithStacks).toBe(third);
});

it('names what grew most between the two newest with stacks, with delta and age of the median sample', () => {
  const { clock, buffer, add } = setUp();
  const [cache, leak] = [frame('fillCache'), frame('remember')];
  expect(buffer.topSites()).toEqual([]);
  clock.nowMs = 10 * MINUTE;
  add([stackOf([cache], ordinals(1, 100)), stackOf([leak], [1000])]);
  expect(buffer.topSites()[0]).toMatchObject({ frame: cache, samples: 100, deltaBytes: 100 * KIB_64 });
  add(null);
  clock.nowMs = 20 * MINUTE;
  add([stackOf([cache], ordinals(1, 90)), stackOf([leak], [1000, 1250, 1500, 1750, 2000])]);
  const [first, second, ...more] = buffer.topSites();
  expect(more).toEqual([]);
  // Number 1,500 of 1,000 to 2,000 taken in the last ten minutes.
  expect(first).toMatchObject({ frame: leak, deltaBytes: 4 * KIB_64, samples: 5, ageMs: 5 * MINUTE });
  expect(second).toMatchObject({ frame: cache, deltaBytes: -10 * KIB_64, samples: 90 });
  expect(second!.ageMs).toBeGreaterThan(19 * MINUTE);
  expect(buffer.topSites(1)).toEqual([first]);
});

it('has five sites at most, none without a function, and no age where samples have no ordinals', () => {
  const { buffer, add } = setUp();
  const stacks = Array.from({ length: 9 }, (_, i) => stackOf([frame('f', 'a.js', i + 1)], [i + 1]));
  add([...stacks, stackOf([], ordinals(100, 50))]);
  expect(buffer.topSites()).toHaveLength(5);
  const { ordinals: _, ...bare } = stackOf([frame('g')], ordinals(1, 3));
  add([bare]);
  expect(buffer.topSites()[0]).toMatchObject({ samples: 3, ageMs: null });
});

it('stays small however long it runs', () => {
  const { clock, buffer, add } = setUp();
  for (let minute = 0; minute < 2000; minute++) {
    clock.nowMs += MINUTE;
    add([stackOf([frame('f')], [minute * 100 + 100])]);
  }
  expect(buffer.snapshots).toHaveLength(5);
  expect(buffer.topSites()[0]!.ageMs).toBeCloseTo(0);
});
