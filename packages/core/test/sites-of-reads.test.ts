import { describe, expect, it } from 'vitest';
import { growthThresholds } from '../src/decide/thresholds.ts';
import type { ProfiledFunction } from '../src/internal-types.ts';
import { FIRST_SCOPE } from '../src/measure/floor.ts';
import { ReadCost } from '../src/measure/read-cost.ts';
import { SiteChannel } from '../src/site-channel.ts';
import type { SiteRead } from '../src/site-reader.ts';
import { collectedErrors } from './collected-errors.ts';
import { FakeRuntime } from './fake-runtime.ts';
import {
  APP_FILES,
  appFunction,
  NODE_FUNCTION,
  OWN_FUNCTION,
  ordinalsBetween,
  profileOf,
} from './sampled-functions.ts';

const THRESHOLDS = growthThresholds({
  minBytesPerUnit: 128,
  minTotalBytes: 2 ** 20,
  heapLimitBytes: 2 ** 28,
  prove: true,
});
const STEP = 4000;

function readOf(runtime: FakeRuntime, profile: ReturnType<typeof profileOf>): SiteRead {
  const reading = { floor: runtime.reading(true), pauseMs: 20, ...profile };
  return { reading, cost: new ReadCost(runtime), sampledMs: 1000, isOnDemand: false };
}

const nameOf = (slot: number): string | undefined => ['GET /users', 'GET /orders'][slot];

/** A channel on two routes with a handler each; every read comes after 4,000 more units, half of them of each route. */
function setUp() {
  const runtime = new FakeRuntime();
  const later: (() => void)[] = [];
  const { errors, contained } = collectedErrors();
  runtime.nextTurn = (run) => void later.push(run);
  const channel = new SiteChannel(THRESHOLDS, {
    runtime,
    contained,
    nameOf,
    maxPauseMs: 300,
    files: APP_FILES,
  });
  const handlers = (['users', 'orders'] as const).map((name, slot) => {
    const handler = () => undefined;
    runtime.sampler.located.set(handler, { ...appFunction(name), url: '' });
    channel.handlers.offer(slot, [handler]);
    return handler;
  });
  const counts = (reads: number) => ({
    ...{ units: [(reads * STEP) / 2, (reads * STEP) / 2], totalUnits: reads * STEP, inFlight: 0 },
  });
  const turns = (): void => {
    for (let run = later.shift(); run !== undefined; run = later.shift()) run();
  };
  /** So many bytes have been kept by then on each of these stacks, evenly. */
  const push = (read: number, stacks: readonly (readonly ProfiledFunction[])[]): void => {
    runtime.heapBytes = 20e6 + read * stacks.length * 100 * 65_536;
    const samples = stacks.map((frames, at) => ({
      frames,
      ordinals: ordinalsBetween(1 + at, read * 1000, 10),
    }));
    channel.push(readOf(runtime, profileOf(samples)), counts(read), read * 60_000, () => undefined);
    turns();
  };
  return { runtime, channel, handlers, counts, push, later, turns, errors };
}

const KEEP_USER = [appFunction('keepUser'), appFunction('users')];
const KEEP_ORDER = [appFunction('keepOrder'), appFunction('orders')];

describe('SiteChannel', () => {
  it('knows nothing before the first read, and nothing of a read before the profiler was started', () => {
    const { channel, counts, push } = setUp();
    const known = () => [
      ...[channel.growths(null).length, channel.site(null), channel.stacks()],
      ...[channel.evidence, channel.isSuspect],
    ];
    expect(known()).toEqual([0, null, null, null, false]);
    push(1, [KEEP_USER]);
    expect(known()).toEqual([0, null, null, null, false]);
    channel.start(counts(0), 0);
    expect(known()).toEqual([0, null, null, null, false]);
  });

  it('from reads in a row names the scope and the function that keep, suspect first, then growing, then leaking', () => {
    const { channel, counts, push } = setUp();
    channel.start(counts(0), 0);
    const told = [1, 2, 3, 4].map((read) => {
      push(read, [KEEP_USER]);
      return [channel.isSuspect, channel.growths(null).map(({ source, verdict }) => `${source} ${verdict}`)];
    });
    expect(told).toEqual([
      [true, []],
      [true, [`${FIRST_SCOPE} growing`]],
      [true, [`${FIRST_SCOPE} growing`]],
      [true, [`${FIRST_SCOPE} leaking`]],
    ]);
    expect(channel.site(0)).toMatchObject({
      ...{ kind: 'function', share: 1 },
      allocating: { function: 'keepUser', file: 'app.js', line: 4 },
      handler: { function: 'users' },
      lines: [{ line: 4, kind: 'keeps', container: 'a module-level Map' }],
    });
    const [growth] = channel.growths(null);
    // Per 4,000 units 100 samples of 64 KB, and half of the units are its.
    expect(growth!.estimate.bytesPerUnit / ((100 * 65_536) / 2000)).toBeCloseTo(1, 1);
    expect(growth!.sinceMs).toBe(60_000);
  });

  it('counts units from the start of the profiler, not of the process', () => {
    const { channel, counts, push } = setUp();
    channel.start(counts(1), 0);
    for (const read of [2, 3]) push(read, [KEEP_USER]);
    const early = channel.growths(null)[0]!.estimate.bytesPerUnit;
    const other = setUp();
    other.channel.start(other.counts(0), 0);
    for (const read of [2, 3]) other.push(read, [KEEP_USER]);
    expect(other.channel.growths(null)[0]!.estimate.bytesPerUnit).not.toBe(early);
  });

  it('compares with a read of fewer than 3,000 units where that came a minute after the start: traffic is thin, not warming up', () => {
    const soundAfter = (ms: number): string[] => {
      const { runtime, channel } = setUp();
      channel.start({ units: [0, 0], totalUnits: 0, inFlight: 0 }, 5000);
      for (const read of [1, 2]) {
        runtime.heapBytes += 100 * 65_536;
        const profile = profileOf([{ frames: KEEP_USER, ordinals: ordinalsBetween(1, 1000 * read, 10) }]);
        const counts = { units: [2900 * read, 0], totalUnits: 2900 * read, inFlight: 0 };
        runtime.nextTurn = (run) => run();
        channel.push(readOf(runtime, profile), counts, 5000 + read * ms, () => undefined);
      }
      return channel.growths(null).map(({ verdict }) => verdict);
    };
    expect(soundAfter(60_000)).toEqual(['growing']);
    expect(soundAfter(59_999)).toEqual([]);
  });

  it('says who it is to the floors only where samples were gained', () => {
    const { channel, counts, push } = setUp();
    channel.start(counts(0), 0);
    push(1, []);
    expect(channel.evidence).toBeNull();
    expect(channel.isSuspect).toBe(false);
    for (const read of [2, 3]) push(read, [KEEP_ORDER]);
    const evidence = channel.evidence!([]);
    expect(evidence).toHaveLength(FIRST_SCOPE + 2);
    expect(evidence.indexOf(Math.max(...evidence))).toBe(FIRST_SCOPE + 1);
  });

  it('lets the floors say who it is where no scope has samples of its own', () => {
    const { channel, counts, push } = setUp();
    channel.start(counts(0), 0);
    for (const read of [1, 2, 3]) push(read, [[appFunction('elsewhere')]]);
    const floors = [{ source: FIRST_SCOPE + 1, probability: 0.99 }];
    expect(channel.growths(floors)).toMatchObject([{ source: FIRST_SCOPE + 1, credible: floors }]);
    expect(channel.growths(null)).not.toMatchObject([{ credible: floors }]);
  });

  it('leaves out what leakguard allocated for itself', () => {
    const { channel, counts, push } = setUp();
    channel.start(counts(0), 0);
    for (const read of [1, 2, 3]) push(read, [[OWN_FUNCTION]]);
    expect([channel.growths(null), channel.site(null), channel.stacks()]).toEqual([[], null, []]);
    expect(channel.isSuspect).toBe(false);
  });

  it('names the requests where nothing but Node keeps', () => {
    const { channel, counts, push } = setUp();
    channel.start(counts(0), 0);
    for (const read of [1, 2, 3]) push(read, [[NODE_FUNCTION]]);
    expect(channel.growths(null)).toMatchObject([{ key: 'sites/all', ownSamples: 0, isHint: true }]);
    expect(channel.site(null)).toMatchObject({ kind: 'requests', lines: [] });
  });

  it('forgets a scope that lost its slot: its growth, its name on stacks, its handlers, also those not read yet', () => {
    const { runtime, channel, counts, push } = setUp();
    channel.start(counts(0), 0);
    const waiting = () => undefined;
    runtime.sampler.located.set(waiting, { ...appFunction('elsewhere'), url: '' });
    for (const read of [1, 2, 3]) push(read, [KEEP_USER, KEEP_ORDER]);
    const named = () => channel.stacks()!.map(({ scope }) => scope);
    const scopes = () => channel.growths(null).map(({ source }) => source);
    expect(named()).toEqual(['GET /users', 'GET /orders']);
    expect(scopes()).toEqual([FIRST_SCOPE, FIRST_SCOPE + 1]);
    channel.handlers.offer(0, [waiting]);
    channel.forget(0);
    expect(named()).toEqual([null, 'GET /orders']);
    expect(scopes()).toEqual([FIRST_SCOPE + 1]);
    push(4, [KEEP_USER, KEEP_ORDER, [appFunction('elsewhere')]]);
    expect(named()).toEqual([null, 'GET /orders', null]);
  });

  it('knows the handlers of whoever got the slot, alone', () => {
    const { channel, handlers, counts, push } = setUp();
    channel.start(counts(0), 0);
    push(1, [KEEP_USER, KEEP_ORDER]);
    channel.forget(0);
    channel.forget(1);
    channel.handlers.offer(0, [handlers[1]!]);
    push(2, [KEEP_USER, KEEP_ORDER]);
    expect(channel.stacks()!.map(({ scope }) => scope)).toEqual([null, 'GET /users']);
  });

  it('takes a read in when its files have been read, a piece per turn, and says so then', () => {
    const { runtime, channel, counts, later, turns } = setUp();
    channel.start(counts(0), 0);
    const done: number[] = [];
    const profile = profileOf([{ frames: KEEP_USER, ordinals: [1] }]);
    const push = (read: number): void =>
      channel.push(readOf(runtime, profile), counts(read), 0, () => done.push(read));
    push(1);
    push(2);
    expect([done, channel.stacks()]).toEqual([[], null]);
    turns();
    expect([done, later]).toEqual([[1, 2], []]);
    expect(channel.stacks()).toMatchObject([{ scope: 'GET /users', samples: 1 }]);
    push(3);
    turns();
    expect(done).toEqual([1, 2, 3]);
  });

  it('knows nothing of a scope that lost its slot while a read was being placed, nor after it', () => {
    const { runtime, channel, counts, push, turns } = setUp();
    channel.start(counts(0), 0);
    for (const read of [1, 2, 3]) push(read, [KEEP_USER, KEEP_ORDER]);
    const sources = () => channel.growths(null).map(({ source }) => source);
    expect(sources()).toEqual([FIRST_SCOPE, FIRST_SCOPE + 1]);
    const profile = profileOf([
      { frames: KEEP_USER, ordinals: ordinalsBetween(1, 4000, 10) },
      { frames: KEEP_ORDER, ordinals: ordinalsBetween(2, 4000, 10) },
    ]);
    runtime.heapBytes += 200 * 65_536;
    channel.push(readOf(runtime, profile), counts(4), 240_000, () => undefined);
    channel.forget(0);
    expect(sources()).toEqual([FIRST_SCOPE + 1]);
    turns();
    expect(sources()).toEqual([FIRST_SCOPE + 1]);
    expect(channel.stacks()!.map(({ scope }) => scope)).toEqual([null, 'GET /orders']);
  });

  it('gives up what waits for files when it is stopped, and takes nothing in any more', () => {
    const { runtime, channel, counts, turns, errors } = setUp();
    channel.start(counts(0), 0);
    const done: string[] = [];
    const profile = profileOf([{ frames: KEEP_USER, ordinals: [1] }]);
    channel.push(readOf(runtime, profile), counts(1), 0, () => done.push('waiting'));
    channel.stop();
    expect(done).toEqual(['waiting']);
    turns();
    channel.push(readOf(runtime, profile), counts(2), 0, () => done.push('late'));
    turns();
    expect(channel.stacks()).toBeNull();
    expect([done, errors]).toEqual([['waiting', 'late'], []]);
  });

  it('keeps what it knew, and says that it is done, where a reading cannot be taken in', () => {
    const { runtime, channel, counts, turns, errors } = setUp();
    channel.start(counts(0), 0);
    const done: string[] = [];
    const broken = readOf(runtime, { functions: [], stacks: null as never, samples: [] });
    channel.push(broken, counts(1), 0, () => done.push('broken'));
    turns();
    expect([done, errors.length, channel.stacks()]).toEqual([['broken'], 1, null]);
  });
});
