import { describe, expect, it } from 'vitest';
import { growthThresholds } from '../src/decide/thresholds.ts';
import type { FloorReading } from '../src/internal-types.ts';
import { resolveOptions } from '../src/options.ts';
import { SiteChannel } from '../src/site-channel.ts';
import type { SiteRead } from '../src/site-reader.ts';
import { SiteReads } from '../src/site-reads.ts';
import type { GuardOptions } from '../src/types.ts';
import { FakeRuntime } from './fake-runtime.ts';
import { APP_FILES, appFunction, ordinalsBetween, profileOf } from './sampled-functions.ts';

const MINUTE = 60_000;

/** Reads of a process in the test's hand, made when it was a second old. */
function setUp(options: GuardOptions = {}) {
  const runtime = new FakeRuntime();
  const resolved = resolveOptions({ enabled: true, ...options });
  const thresholds = growthThresholds({ ...resolved, heapLimitBytes: 2 ** 31, prove: false });
  const channel = new SiteChannel(thresholds, {
    ...{ runtime, contained: (work) => work(), nameOf: () => undefined, maxPauseMs: 300, files: APP_FILES },
  });
  const state = { nowMs: 1000, units: 0, isGrowing: false, slope: null as number | null };
  const events: string[] = [];
  const charged: number[] = [];
  const reads = new SiteReads(resolved, runtime, {
    channel,
    host: {
      now: () => state.nowMs,
      counts: () => ({ units: [state.units], totalUnits: state.units, inFlight: 0 }),
      isGrowing: () => state.isGrowing,
      floorSlopeBytesPerHour: () => state.slope,
      chargeRead: (ms) => charged.push(ms),
      placed: () => events.push('placed'),
    },
  });
  /** What is read if it is asked now, with what has changed by then. */
  const readIfDue = (
    change: Partial<typeof state> = {},
    after: FloorReading | null = null,
  ): SiteRead | null => {
    Object.assign(state, change);
    return reads.readIfDue(after, () => events.push('told'));
  };
  return { runtime, sampler: runtime.sampler, channel, state, events, charged, reads, readIfDue };
}

/** As above, its profiler runs since the 32nd second. */
function started(options: GuardOptions = {}) {
  const parts = setUp(options);
  parts.state.nowMs = 31_000;
  parts.reads.start();
  return parts;
}

/** A minute after the start, with as many units as a read needs. */
const LATER = { nowMs: 31_000 + MINUTE, units: 2000 };

describe('the start', () => {
  it('comes 30 s after the guard was made, or now for who asks', () => {
    const { sampler, state, reads } = setUp();
    state.nowMs = 30_999;
    reads.start();
    expect(sampler.starts).toBe(0);
    state.nowMs = 31_000;
    reads.start();
    expect(sampler.starts).toBe(1);
    const asked = setUp();
    asked.reads.start(true);
    expect(asked.sampler.starts).toBe(1);
  });

  it('tells the channel, which else would take no read in', () => {
    for (const now of [false, true]) {
      const { channel, state, reads, readIfDue } = setUp({ level: 'diagnose' });
      state.nowMs = 31_000;
      reads.start(now);
      expect(readIfDue(LATER)).not.toBeNull();
      expect(channel.stacks()).toEqual([]);
    }
  });

  it('tells the channel once: reads before are not forgotten', () => {
    const { sampler, channel, reads, readIfDue } = started({ level: 'diagnose' });
    for (let read = 1; read <= 3; read++) {
      sampler.next = profileOf([
        { frames: [appFunction('elsewhere')], ordinals: ordinalsBetween(1, 1000 * read, 10) },
      ]);
      reads.start();
      reads.start(true);
      readIfDue({ nowMs: 31_000 + read * MINUTE, units: 4000 * read });
    }
    expect(channel.evidence).not.toBeNull();
  });
});

describe('when a read is due', () => {
  it('is after as many units as it needs at diagnose, with nothing that rises', () => {
    expect(started({ level: 'diagnose' }).readIfDue(LATER)).not.toBeNull();
    expect(started({ level: 'diagnose' }).readIfDue({ ...LATER, units: 1999 })).toBeNull();
    expect(started({ level: 'watch' }).readIfDue(LATER)).toBeNull();
    expect(started().readIfDue(LATER)).toBeNull();
  });

  it('is at auto as at diagnose while something grows; at watch that changes nothing', () => {
    expect(started().readIfDue({ ...LATER, isGrowing: true })).not.toBeNull();
    expect(started({ level: 'watch' }).readIfDue({ ...LATER, isGrowing: true })).toBeNull();
  });

  it('is where the floors rise so that they could reach minTotalBytes within an hour', () => {
    for (const level of ['auto', 'watch'] as const) {
      const options = { level, minTotalBytes: 3_000_000 };
      expect(started(options).readIfDue({ ...LATER, slope: 3_000_000 })).not.toBeNull();
      expect(started(options).readIfDue({ ...LATER, slope: 2_999_999 })).toBeNull();
    }
    expect(started({ minTotalBytes: 1 }).readIfDue({ ...LATER, slope: null })).toBeNull();
  });

  it('is while survivors are suspect, however steady the floors', () => {
    for (const level of ['auto', 'watch'] as const) {
      const { sampler, channel, readIfDue } = started({ level });
      const sample = (to: number): void => {
        const ordinals = ordinalsBetween(1, to, 10);
        sampler.next = profileOf([{ frames: [appFunction('elsewhere')], ordinals }]);
      };
      sample(1000);
      expect(readIfDue({ ...LATER, units: 4000, slope: 1e9 })).not.toBeNull();
      expect(channel.isSuspect).toBe(true);
      expect(readIfDue({ nowMs: LATER.nowMs + MINUTE, units: 6000, slope: 0 })).not.toBeNull();
    }
  });

  it('is each ten minutes and 20,000 units where nothing happens', () => {
    const heartbeat = { nowMs: 31_000 + 10 * MINUTE, units: 20_000 };
    expect(started().readIfDue(heartbeat)).not.toBeNull();
    expect(started().readIfDue({ ...heartbeat, nowMs: heartbeat.nowMs - 1 })).toBeNull();
    expect(started().readIfDue({ ...heartbeat, units: 19_999 })).toBeNull();
  });

  it('is at prove after a thousand units, at once', () => {
    const { reads, readIfDue } = setUp({ level: 'prove' });
    reads.start();
    expect(readIfDue({ units: 999 })).toBeNull();
    expect(readIfDue({ units: 1000 })).not.toBeNull();
  });

  it('counts one that was asked for: the next comes a minute and 2,000 units after it', () => {
    const { state, reads, readIfDue } = started({ level: 'diagnose', maxOverhead: 1 });
    Object.assign(state, LATER);
    expect(reads.readNow(() => undefined)).not.toBeNull();
    const next = { nowMs: LATER.nowMs + MINUTE, units: 4000 };
    expect(readIfDue({ ...next, nowMs: next.nowMs - 1 })).toBeNull();
    expect(readIfDue({ ...next, units: 3999 })).toBeNull();
    expect(readIfDue(next)).not.toBeNull();
  });

  it('comes with a natural GC where that saves a forced one', () => {
    const { runtime, sampler, readIfDue } = started({ level: 'diagnose' });
    sampler.readsWithoutGc = true;
    expect(readIfDue(LATER)).toBeNull();
    const floor = runtime.reading(false);
    expect(readIfDue(LATER, floor)?.reading.floor).toBe(floor);
  });
});

describe('a read', () => {
  it('is charged what it cost, then what placing it cost, and the schedule waits until that is earned', () => {
    const { runtime, sampler, charged, readIfDue } = started({ level: 'diagnose' });
    const later: (() => void)[] = [];
    runtime.nextTurn = (run) => void later.push(run);
    sampler.next = profileOf([{ frames: [appFunction('elsewhere')], ordinals: [1] }]);
    const read = sampler.read.bind(sampler);
    sampler.read = (after) => {
      runtime.cpuMs += 900;
      return read(after);
    };
    expect(readIfDue(LATER)).not.toBeNull();
    expect(charged).toHaveLength(1);
    runtime.cpuPerLookMs = 7;
    for (let run = later.shift(); run !== undefined; run = later.shift()) run();
    expect(charged).toHaveLength(2);
    expect(charged[0]).toBeGreaterThan(900);
    expect(charged[1]).toBeGreaterThan(0);
    const earnedMs = 100 * (charged[0]! + charged[1]!);
    expect(readIfDue({ nowMs: LATER.nowMs + earnedMs - 1, units: 9000 })).toBeNull();
    expect(readIfDue({ nowMs: LATER.nowMs + earnedMs, units: 9000 })).not.toBeNull();
  });

  it('is told when the channel has taken it in, the channel first', () => {
    const { runtime, sampler, events, readIfDue } = started({ level: 'diagnose' });
    const later: (() => void)[] = [];
    runtime.nextTurn = (run) => void later.push(run);
    sampler.next = profileOf([{ frames: [appFunction('elsewhere')], ordinals: [1] }]);
    expect(readIfDue(LATER)).not.toBeNull();
    expect(events).toEqual([]);
    for (let run = later.shift(); run !== undefined; run = later.shift()) run();
    expect(events).toEqual(['placed', 'told']);
  });

  it('that is not due, or finds no profiler, is not charged and not told', () => {
    const { sampler, reads, charged, events, readIfDue } = started({ level: 'diagnose' });
    expect(readIfDue({ units: 1 })).toBeNull();
    sampler.loss = 'lost';
    expect(readIfDue(LATER)).toBeNull();
    expect(reads.readNow(() => events.push('told'))).toBeNull();
    expect([charged, events]).toEqual([[], []]);
  });
});
