import { isMainThread, threadId } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { Detector } from '../src/detector.ts';
import { resolveOptions } from '../src/options.ts';
import type { SiteRead } from '../src/site-reader.ts';
import { Snapshots } from '../src/snapshots.ts';
import type { GuardOptions } from '../src/types.ts';
import { FakeRuntime } from './fake-runtime.ts';
import { appFunction, profileOf } from './sampled-functions.ts';

const MINUTE = 60_000;

function setUp(options: GuardOptions = {}) {
  const runtime = new FakeRuntime();
  const detector = new Detector(resolveOptions({ enabled: true, ...options }), runtime, {
    overflowed: () => undefined,
    contained: (work) => work(),
    failed: (error) => {
      throw error;
    },
  });
  const snapshots = new Snapshots(detector);
  /** Time passes in which the process runs. */
  const pass = (ms: number): void => {
    for (let from = 0; from < ms; from += 1000) {
      runtime.pass(Math.min(1000, ms - from));
      detector.clock.tick();
    }
  };
  /** Reads samples with these ordinals on one stack below a route's handler. */
  const read = (ordinals: number[] = [1]): SiteRead => {
    detector.reads.start(true);
    const frames = [appFunction('keepUser'), appFunction('users')];
    runtime.sampler.next = profileOf([{ frames, ordinals }]);
    return detector.reads.readNow(() => undefined)!;
  };
  return { runtime, detector, snapshots, pass, read };
}

describe('a snapshot', () => {
  it('holds the stacks of the read that it was taken with, and what that cost', () => {
    const { runtime, detector, snapshots, read } = setUp();
    const handler = () => undefined;
    runtime.sampler.located.set(handler, { ...appFunction('users'), url: '' });
    const scope = detector.ledger.scope('route', 'GET /users');
    detector.ledger.begin().end(scope, { handlers: [handler] });
    detector.lookAtSideCounts();
    runtime.sampler.pauseMs = 80;
    const taken = read([1, 2]);
    const { data } = snapshots.take(taken);
    expect(data.costMs).toBe(taken.cost.costMs);
    expect(data).toMatchObject({
      ...{ unavailable: null, pauseMs: 80, samplingIntervalBytes: 65_536 },
      ...{ pid: process.pid, node: process.version, scopes: [{ scope: 'GET /users', units: 1 }] },
      stacks: [{ samples: 2, bytes: 2 * 65_536, scope: 'GET /users' }],
    });
    expect(data.threadId).toBe(isMainThread ? undefined : threadId);
    expect(data.frames.map((frame) => frame.function)).toEqual(['keepUser', 'users']);
    expect(data.counters).toMatchObject({ 'global handles (bytes)': 8192 });
  });

  it('without a read holds no stacks, costs nothing, and says why', () => {
    const { snapshots, read } = setUp();
    expect(snapshots.take(null).data).toMatchObject({
      ...{ stacks: null, costMs: 0, pauseMs: 0, samplingIntervalBytes: null },
      unavailable: 'taken without a read of the profiler',
    });
    read();
    expect(snapshots.take(null).data).toMatchObject({
      ...{ stacks: null, samplingIntervalBytes: 65_536 },
      unavailable: 'taken without a read of the profiler',
    });
  });

  it('says why there is no profiler, and no interval, where it is refused, lost or switched off', () => {
    const { runtime, detector, snapshots, read } = setUp();
    read();
    runtime.sampler.loss = 'another tool took it';
    expect(detector.reads.readNow(() => undefined)).toBeNull();
    expect(snapshots.take(null).data).toMatchObject({
      unavailable: 'another tool took it',
      samplingIntervalBytes: null,
    });
    const off = setUp({ profiler: false });
    expect(off.snapshots.take(null).unavailable).toBe('switched off (option profiler)');
  });

  it('at prove tells the finer interval', () => {
    const { snapshots, read } = setUp({ level: 'prove' });
    expect(snapshots.take(read()).data.samplingIntervalBytes).toBe(16_384);
  });
});

describe('the rolling buffer', () => {
  it('takes the first two reads at once, and from then on what comes a minute after the last', () => {
    const { snapshots, pass, read } = setUp();
    snapshots.takeIfDue(null);
    expect(snapshots.kept).toEqual([]);
    snapshots.takeIfDue(read());
    snapshots.takeIfDue(null);
    snapshots.takeIfDue(read());
    snapshots.takeIfDue(read());
    expect(snapshots.kept.map(({ unavailable }) => unavailable)).toEqual([null, null]);
    pass(MINUTE - 1);
    snapshots.takeIfDue(read());
    expect(snapshots.kept).toHaveLength(2);
    pass(1);
    snapshots.takeIfDue(null);
    expect(snapshots.kept).toHaveLength(3);
    pass(MINUTE);
    snapshots.takeIfDue(read());
    expect(snapshots.kept.map(({ unavailable }) => unavailable === null)).toEqual([false, true, false, true]);
  });

  it('does not count time in which the process was stopped', () => {
    const { runtime, detector, snapshots } = setUp();
    runtime.pass(60 * MINUTE);
    detector.clock.tick();
    snapshots.takeIfDue(null);
    expect(snapshots.kept).toEqual([]);
  });

  it('keeps five, the two with stacks among them, and the newest of them is what others compare with', () => {
    const { snapshots, pass, read } = setUp();
    expect(snapshots.newestWithStacks).toBeNull();
    expect(snapshots.topSites()).toEqual([]);
    snapshots.take(read([1]));
    const newest = snapshots.take(read([1, 2, 3]));
    for (let minute = 0; minute < 10; minute++) {
      pass(MINUTE);
      snapshots.takeIfDue(null);
    }
    expect(snapshots.kept).toHaveLength(5);
    expect(snapshots.newestWithStacks).toBe(newest);
    expect(snapshots.topSites()).toMatchObject([
      { frame: { function: 'keepUser' }, deltaBytes: 2 * 65_536, samples: 3 },
    ]);
  });
});
