import { describe, expect, it } from 'vitest';
import { Detector } from '../src/detector.ts';
import type { FloorReading } from '../src/internal-types.ts';
import { Observation } from '../src/observation.ts';
import { resolveOptions } from '../src/options.ts';
import type { SiteRead } from '../src/site-reader.ts';
import type { GuardOptions } from '../src/types.ts';
import { collectedErrors } from './collected-errors.ts';
import { FakeRuntime } from './fake-runtime.ts';
import { appFunction, profileOf } from './sampled-functions.ts';

/** A detector that tells which floors it was given. */
class RecordingDetector extends Detector {
  readonly floors: FloorReading[] = [];

  override floor(reading: FloorReading): ReturnType<Detector['floor']> {
    this.floors.push(reading);
    return super.floor(reading);
  }
}

function setUp(options: GuardOptions = {}) {
  const runtime = new FakeRuntime();
  const resolved = resolveOptions({ enabled: true, ...options });
  const { errors, contained } = collectedErrors();
  const failed = (error: unknown) => void errors.push(error);
  const detector = new RecordingDetector(resolved, runtime, {
    overflowed: () => undefined,
    contained,
    failed,
  });
  const told = { notices: [] as string[], reads: [] as SiteRead[], changes: 0 };
  const hooks = {
    contained,
    changed: () => {
      told.changes += 1;
    },
    read: (read: SiteRead) => void told.reads.push(read),
    notice: (message: string) => void told.notices.push(message),
  };
  const observation = new Observation(resolved, runtime, detector, hooks);
  const scope = detector.ledger.scope('route', 'GET /');
  const finish = (units: number): void => {
    for (let unit = 0; unit < units; unit++) detector.ledger.begin().end(scope);
  };
  return { runtime, sampler: runtime.sampler, detector, observation, told, hooks, finish, errors };
}

function started(options: GuardOptions = {}) {
  const parts = setUp(options);
  parts.observation.start();
  return parts;
}

describe('the profiler of a process', () => {
  it('is started 30 s after boot and not before, at prove at once', () => {
    const { runtime, sampler } = started();
    runtime.pass(29_999);
    expect(sampler.starts).toBe(0);
    runtime.pass(1);
    expect([sampler.starts, sampler.intervalBytes]).toEqual([1, 65_536]);
    runtime.pass(600_000);
    expect(sampler.starts).toBe(1);
    expect(started({ level: 'prove' }).sampler.starts).toBe(1);
  });

  it('is not started while the process is stopped: what boots then still has to boot', () => {
    const { runtime, sampler } = started();
    runtime.stop(3_600_000);
    expect(sampler.starts).toBe(0);
    runtime.pass(31_000);
    expect(sampler.starts).toBe(1);
  });

  it('that is refused is told once and not tried again', () => {
    for (const level of ['auto', 'prove'] as const) {
      const { runtime, sampler, told, finish } = setUpRefused(level);
      finish(50_000);
      runtime.pass(1_200_000);
      expect(told.notices).toEqual(['no functions can be named (channel sites): another tool has it']);
      expect([sampler.starts, sampler.reads, told.reads]).toEqual([1, 0, []]);
    }
  });

  function setUpRefused(level: 'auto' | 'prove') {
    const parts = setUp({ level });
    parts.sampler.refusal = 'another tool has it';
    parts.observation.start();
    return parts;
  }

  it('that is lost is told once and never read again', () => {
    const { runtime, sampler, told, finish, detector } = started({ level: 'diagnose' });
    runtime.pass(30_000);
    expect(told.notices).toEqual([]);
    sampler.loss = 'another tool took it';
    finish(2000);
    runtime.pass(2000);
    expect(told.notices).toEqual(['no functions can be named (channel sites): another tool took it']);
    sampler.loss = null;
    finish(50_000);
    runtime.pass(1_200_000);
    expect(told.notices).toHaveLength(1);
    expect([sampler.starts, sampler.reads, told.reads, detector.floors]).toEqual([1, 0, [], []]);
  });

  it('that is switched off, or has not been started yet, is no news', () => {
    const off = started({ profiler: false });
    off.runtime.pass(120_000);
    expect([off.told.notices, off.sampler.starts]).toEqual([[], 0]);
    expect(started().told.notices).toEqual([]);
  });

  it('is stopped with the observation, which leaves nothing that runs', () => {
    for (const level of ['auto', 'prove'] as const) {
      const { runtime, sampler, observation, told } = started({ level, idleGc: true });
      observation.stop();
      expect([sampler.stops, runtime.timers.size, runtime.watching]).toEqual([1, 0, 0]);
      runtime.pass(120_000);
      runtime.majorGc();
      expect(told).toMatchObject({ reads: [], changes: 0 });
    }
  });
});

describe('a read that was due', () => {
  it('is one more forced floor, told to hooks when its stacks are placed, after which verdicts may change', () => {
    const { runtime, sampler, detector, told, finish } = started({ level: 'diagnose' });
    const later: (() => void)[] = [];
    runtime.nextTurn = (run) => void later.push(run);
    sampler.next = profileOf([{ frames: [appFunction('elsewhere')], ordinals: [1] }]);
    runtime.pass(30_000);
    finish(2000);
    runtime.pass(1000);
    expect(detector.floors).toMatchObject([{ forced: true, timeMs: 31_000 }]);
    expect(detector.forcedGcs).toBe(1);
    expect([told.reads, told.changes]).toEqual([[], 1]);
    for (let run = later.shift(); run !== undefined; run = later.shift()) run();
    expect([told.reads.length, told.changes]).toEqual([1, 2]);
    expect(told.reads[0]!.reading.samples).toHaveLength(1);
  });

  it('is charged to the overhead, with what it costs the program afterwards', () => {
    const { runtime, detector, told, finish } = started({ level: 'diagnose' });
    runtime.pass(30_000);
    finish(2000);
    const before = detector.report().overhead.ownCpuMs;
    runtime.pass(1000);
    const { costMs } = told.reads[0]!.cost;
    expect(costMs).toBeGreaterThan(50);
    expect(detector.report().overhead.ownCpuMs - before).toBeGreaterThanOrEqual(costMs);
  });

  it('still lets verdicts change where whoever wants the reading fails', () => {
    const { runtime, told, hooks, finish, errors } = started({ level: 'diagnose' });
    hooks.read = () => {
      throw new Error('no room');
    };
    runtime.pass(30_000);
    finish(2000);
    runtime.pass(1000);
    expect(errors).toEqual([new Error('no room')]);
    expect(told.changes).toBe(2);
  });

  it('takes the place of the natural floor that it came with, which it is more exact than', () => {
    const { runtime, detector, finish } = started({ level: 'diagnose' });
    runtime.pass(30_500);
    finish(2000);
    runtime.majorGc();
    expect(detector.floors).toMatchObject([{ forced: true }]);
    runtime.majorGc();
    expect(detector.floors).toMatchObject([{ forced: true }, { forced: false }]);
  });

  it('adds nothing to the natural floor where it forces no GC', () => {
    const { runtime, sampler, detector, told, finish } = started({ level: 'diagnose' });
    sampler.readsWithoutGc = true;
    runtime.pass(30_500);
    finish(2000);
    runtime.pass(10_000);
    expect(sampler.reads).toBe(0);
    runtime.majorGc();
    expect([sampler.reads, told.reads.length]).toEqual([1, 1]);
    expect(detector.floors).toMatchObject([{ forced: false }]);
    expect(detector.forcedGcs).toBe(0);
  });
});

describe('a read that was asked for', () => {
  it('starts the profiler whatever the time, and gives the reading when its stacks are placed', async () => {
    const { runtime, sampler, observation, detector, told } = started();
    const later: (() => void)[] = [];
    runtime.nextTurn = (run) => void later.push(run);
    sampler.next = profileOf([{ frames: [appFunction('elsewhere')], ordinals: [1] }]);
    let read: SiteRead | null = null;
    const asked = observation.readNow().then((placed) => {
      read = placed;
    });
    await Promise.resolve();
    expect([sampler.starts, sampler.reads, read]).toEqual([1, 1, null]);
    for (let run = later.shift(); run !== undefined; run = later.shift()) run();
    await asked;
    expect(read).toMatchObject({ reading: { samples: [{ ordinal: 1 }] } });
    expect(detector.sites.stacks()).toHaveLength(1);
    expect(told).toMatchObject({ reads: [], changes: 2 });
  });

  it('is null where the profiler is refused, lost or switched off', async () => {
    const refused = setUp();
    refused.sampler.refusal = 'taken';
    expect(await refused.observation.readNow()).toBeNull();
    const lost = started({ level: 'prove' });
    lost.sampler.loss = 'taken';
    expect(await lost.observation.readNow()).toBeNull();
    expect(await started({ profiler: false }).observation.readNow()).toBeNull();
  });

  it('counts in the schedule, and in that of forced GCs at prove', async () => {
    const { runtime, observation, sampler, detector, finish } = started({ level: 'prove' });
    finish(1000);
    await observation.readNow();
    expect(detector.floors).toHaveLength(1);
    finish(249);
    runtime.pass(1000);
    expect(detector.floors).toHaveLength(1);
    finish(1);
    runtime.pass(50);
    expect([detector.floors.length, sampler.reads]).toEqual([2, 1]);
  });
});

describe('a floor that is asked for', () => {
  it('comes from a read, and where that cannot be from a forced GC, which is charged', async () => {
    const { runtime, sampler, detector, observation } = started();
    expect(await observation.forceFloor()).toBe(true);
    expect([sampler.reads, detector.floors.length]).toEqual([1, 1]);
    sampler.loss = 'taken';
    runtime.pauseMs = 30;
    const before = detector.report().overhead.ownCpuMs;
    expect(await observation.forceFloor()).toBe(true);
    expect(detector.floors).toMatchObject([{ forced: true }, { forced: true, pauseMs: 30 }]);
    expect(detector.report().overhead.ownCpuMs - before).toBeCloseTo(30, 0);
  });

  it('is false where neither can be', async () => {
    const { runtime, sampler, detector, observation } = started();
    sampler.refusal = 'taken';
    runtime.canForce = false;
    expect(await observation.forceFloor()).toBe(false);
    expect(detector.floors).toEqual([]);
  });
});

describe('forced GCs', () => {
  it('come each 250 units at prove, and a read in place of one each 1,000', () => {
    const { runtime, sampler, detector, finish } = started({ level: 'prove' });
    for (let k = 1; k <= 8; k++) {
      finish(250);
      runtime.pass(300);
    }
    expect([detector.floors.length, sampler.reads]).toEqual([8, 2]);
    expect(detector.floors.every(({ forced }) => forced)).toBe(true);
  });

  it('take a fifth of the time at most at prove: after a pause of 200 ms the next one comes a second later', () => {
    const { runtime, detector, finish } = started({ level: 'prove', profiler: false });
    runtime.pauseMs = 200;
    finish(250);
    runtime.pass(250);
    expect(detector.floors).toHaveLength(1);
    finish(250);
    runtime.pass(950);
    expect(detector.floors).toHaveLength(1);
    runtime.pass(50);
    expect(detector.floors).toHaveLength(2);
  });

  it('that cannot be are said so at once, where they are wanted', () => {
    const noticesOf = (options: GuardOptions): string[] => {
      const parts = setUp(options);
      parts.runtime.canForce = false;
      parts.observation.start();
      return parts.told.notices;
    };
    const cannot = 'cannot force a GC here; start Node with --expose-gc';
    expect(noticesOf({ level: 'prove' })).toEqual([`level 'prove' ${cannot}`]);
    expect(noticesOf({ idleGc: true })).toEqual([`option idleGc ${cannot}`]);
    expect(noticesOf({})).toEqual([]);
    expect(started({ level: 'prove' }).told.notices).toEqual([]);
  });

  it('of idleGc come where nothing is in flight for two minutes, and not at prove', () => {
    const { runtime, detector } = started({ idleGc: true, profiler: false });
    runtime.pass(119_999);
    expect(detector.floors).toEqual([]);
    runtime.pass(1);
    expect(detector.floors).toMatchObject([{ forced: true }]);
    const busy = started({ idleGc: true, profiler: false });
    const unit = busy.detector.ledger.begin();
    busy.runtime.pass(300_500);
    expect(busy.detector.floors).toEqual([]);
    unit.end(busy.detector.ledger.scope('route', 'GET /'));
    busy.runtime.pass(500);
    expect(busy.detector.floors).toHaveLength(1);
    const without = started({ profiler: false });
    without.runtime.pass(300_000);
    expect(without.detector.floors).toEqual([]);
  });
});

describe('floors', () => {
  it('are told in the time in which the process ran', () => {
    const { runtime, detector } = started({ profiler: false });
    runtime.pass(10_000);
    runtime.stop(3_600_000);
    runtime.pass(1000);
    runtime.majorGc();
    const { timeMs } = detector.floors[0]!;
    expect(timeMs).toBeLessThan(20_000);
    expect(timeMs).toBeGreaterThanOrEqual(11_000);
  });

  it('that fail are contained', () => {
    const { runtime, hooks, errors } = started();
    hooks.changed = () => {
      throw new Error('listener');
    };
    expect(() => runtime.majorGc()).not.toThrow();
    expect(errors).toEqual([new Error('listener')]);
  });
});
